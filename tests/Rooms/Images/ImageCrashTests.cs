using Lamina.Contract;
using Lamina.Images;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Images;

public sealed class ImageCrashTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The child: three importers of images that share a layer.</summary>
    internal static async Task ImportForEverAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using ImagesRoom room = new(folder, TimeProvider.System);
        await CrashChild.WorkForEverAsync(workers: 3, async (importer, i) =>
        {
            await room.ImportAsync($"app:{importer}-{i}", Image($"{importer}-{i}"));
            return $"{importer}-{i}";
        });
    }

    [Fact]
    public async Task After_kill_9_what_was_imported_is_whole_and_nothing_else_is_there()
    {
        List<string> imported = await CrashChild.RunAndKillAsync(nameof(ImportForEverAsync), _folder.Below("data"), lines: 12);
        await using ImagesRoom room = new(_folder.Below("data"), TimeProvider.System);
        Assert.Empty(imported.Except(room.Library.List().Select(static image => image.Tag.Tag)));
        foreach ((ImageTag tag, StoredImage image) in room.Library.List())
        {
            using ImageLease lease = room.Library.Lease(image.Digest);
            Assert.Equal(200, Directory.GetFiles(lease.Directories[0]).Length);
            Assert.Equal(tag.Tag, File.ReadAllText(Path.Combine(lease.Directories[1], "own")));
        }

        HashSet<string> named = [.. ImageDocuments.AllLayers(room.Catalog.Current).Select(static layer => layer.Folder)];
        Assert.Equal(named.Order(), room.Folders.Select(static folder => Path.GetFileName(folder)!).Order());
        Assert.Equal(0, room.Leftovers);
    }

    private static TestImage Image(string own) => new TestImage().Layer(Shared()).Layer(new TarBuilder().File("own", own));

    private static TarBuilder Shared() => Enumerable.Range(0, 200).Aggregate(new TarBuilder(), static (layer, i) => layer.File($"file{i}", $"{i}"));
}
