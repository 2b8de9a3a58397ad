using Lamina.Contract;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Images;

public sealed class ImageScrubTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ImagesRoom _room;

    public ImageScrubTests() => _room = new ImagesRoom(_folder.Root, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_an_import_wrote_is_found_intact_replaced_entries_links_and_whiteouts_included()
    {
        await _room.ImportAsync("app:1", Image());
        Assert.Equal(2, _room.Collection.ListLayers().Count);
        Assert.Empty(await ScrubAsync());
    }

    [Theory]
    [InlineData("bin/tool", "/bin/tool is no longer what was unpacked.")]
    [InlineData("bin/tool gone", "/bin/tool is gone.")]
    [InlineData("bin/twin", "/bin/tool is no longer what was unpacked; /bin/twin is no longer what was unpacked.")]
    [InlineData("lib", "/lib leads elsewhere.")]
    [InlineData("list", "The list of its files is damaged.")]
    [InlineData("list gone", "The list of its files is gone.")]
    public async Task A_damaged_file_is_named_with_all_who_need_it_and_healed_by_the_same_image(string harm, string problem)
    {
        TestImage image = Image();
        ImageImport import = await _room.ImportAsync("app:1", image);
        _room.Needed.Add(import.Image!.Digest);
        string folder;
        using (ImageLease lease = _room.Library.Lease(import.Image.Digest))
        {
            folder = lease.Directories[0];
        }

        Harm(folder, harm);
        LayerDamage damage = Assert.Single(await ScrubAsync());
        Assert.EndsWith(problem, damage.Problem, StringComparison.Ordinal);
        Assert.Equal(["app:1", "arn:function"], damage.NamedBy);

        ImageImport again = await _room.Library.ImportAsync("app:1", image.Manifest, image.Configuration, CancellationToken.None);
        Sha256 asked = Assert.Single(again.MissingLayers);
        await _room.StoreAsync(image.Blobs[$"sha256:{asked}"]);
        Assert.NotNull((await _room.ImportAsync("app:1", image)).Image);
        Assert.Empty(await ScrubAsync());
        using ImageLease healed = _room.Library.Lease(import.Image.Digest);
        Assert.NotEqual(folder, healed.Directories[0]);
        Assert.Equal("tool", File.ReadAllText(Path.Combine(healed.Directories[0], "bin", "tool")));
        await _room.Collection.CollectAsync(CancellationToken.None);
        Assert.False(Directory.Exists(folder) || File.Exists(folder + ".files"));
    }

    [Fact]
    public async Task Lists_of_layers_that_are_gone_do_not_stay()
    {
        await _room.ImportAsync("app:1", Image());
        string images = Path.Combine(_room.Folder, "images");
        string orphan = Path.Combine(images, "0123.files");
        await File.WriteAllTextAsync(orphan, "");
        _room.Layers.Dispose();
        using ImageLayerStore again = ImageLayerStore.Open(_room.Folder, _room.Catalog, TimeProvider.System);
        Assert.False(File.Exists(orphan));
        Assert.Equal(2, Directory.GetFiles(images, "*.files").Length);
    }

    private static TestImage Image() => new TestImage()
        .Layer(new TarBuilder().File("bin/tool", "before").File("bin/tool", "tool").HardLink("bin/twin", "bin/tool").Symlink("lib", "/usr/lib").Folder("etc"))
        .Layer(new TarBuilder().File("own", "x").Whiteout("lib"));

    private static void Harm(string folder, string harm)
    {
        switch (harm)
        {
            case "bin/tool gone":
                File.Delete(Path.Combine(folder, "bin", "tool"));
                break;
            case "bin/tool":
                // Not through the other name of the same file.
                File.Delete(Path.Combine(folder, "bin", "tool"));
                File.WriteAllText(Path.Combine(folder, "bin", "tool"), "tooL");
                break;
            case "lib":
                File.Delete(Path.Combine(folder, "lib"));
                File.CreateSymbolicLink(Path.Combine(folder, "lib"), "/usr/lib64");
                break;
            case "list":
                File.WriteAllText(folder + ".files", "f");
                break;
            case "list gone":
                File.Delete(folder + ".files");
                break;
            default:
                File.SetUnixFileMode(Path.Combine(folder, harm), UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.WriteAllText(Path.Combine(folder, harm), "tooL");
                break;
        }
    }

    private async Task<List<LayerDamage>> ScrubAsync()
    {
        List<LayerDamage> found = [];
        foreach (UnpackedLayer layer in _room.Collection.ListLayers())
        {
            if (await _room.Collection.VerifyAsync(layer, CancellationToken.None) is { } damage)
            {
                found.Add(damage);
            }
        }

        return found;
    }
}
