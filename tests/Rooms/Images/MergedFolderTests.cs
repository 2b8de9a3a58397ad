using Lamina.Images;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Images;

public sealed class MergedFolderTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ImagesRoom _room;

    public MergedFolderTests() => _room = new ImagesRoom(_folder.Root, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Later_layers_lie_over_earlier_ones()
    {
        string[] layers =
        [
            await _room.UnpackAsync(new TarBuilder().File("opt/extensions/a", "1").File("opt/extensions/b", "1").Folder("opt/extensions/c")),
            await _room.UnpackAsync(new TarBuilder().File("elsewhere", "x")),
            await _room.UnpackAsync(new TarBuilder().Whiteout("opt/extensions/a").Folder("opt/extensions/b").Symlink("opt/extensions/d", "/bin/sh")),
        ];
        Assert.Equal("b/ c/ d", Shown(layers));
        Assert.Equal("a b c/", Shown([.. layers.Take(2)]));
        Assert.Equal("a b c/", Shown([layers[2], layers[0]], "d"));
    }

    [Fact]
    public async Task Opaque_folders_whiteouts_and_links_on_the_way_hide_what_lies_below()
    {
        string low = await _room.UnpackAsync(new TarBuilder().File("opt/extensions/a", "1"));
        Assert.Equal("a", Shown([low]));
        Assert.Equal("b", Shown([low, await _room.UnpackAsync(new TarBuilder().Folder("opt/extensions").Opaque("opt/extensions").File("opt/extensions/b", "1"))]));
        Assert.Equal("", Shown([low, await _room.UnpackAsync(new TarBuilder().Folder("opt").Opaque("opt").File("opt/other", "1"))]));
        Assert.Equal("", Shown([low, await _room.UnpackAsync(new TarBuilder().Whiteout("opt"))]));
        Assert.Equal("", Shown([low, await _room.UnpackAsync(new TarBuilder().Symlink("opt", "/srv"))]));
        Assert.Equal("", Shown([await _room.UnpackAsync(new TarBuilder().File("opt", "a file"))]));
    }

    /// <param name="but">Of no interest.</param>
    private static string Shown(string[] layers, string but = "") => string.Join(
        ' ',
        MergedFolder.List(layers, "opt/extensions").Where(entry => entry.Key != but).Select(static entry => entry.Value ? entry.Key + "/" : entry.Key).Order(StringComparer.Ordinal));
}
