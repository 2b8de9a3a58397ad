using Lamina.Contract;
using Lamina.Images;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Images;

/// <summary>The Images room over a folder.</summary>
internal sealed class ImagesRoom : IAsyncDisposable, IImageRoots
{
    public ImagesRoom(string folder, TimeProvider time)
    {
        Folder = folder;
        Catalog = SqliteCatalog.Open(Path.Combine(folder, "catalog.db"));
        Layers = ImageLayerStore.Open(folder, Catalog, time);
        Library = new ImageLibrary(Catalog, Layers, time);
        Collection = new ImageCollection(Layers, Catalog, [this], time);
    }

    public string Folder { get; }

    public SqliteCatalog Catalog { get; }

    public ImageLayerStore Layers { get; }

    public ImageLibrary Library { get; }

    public ImageCollection Collection { get; }

    /// <summary>What functions would name.</summary>
    public List<Sha256> Needed { get; } = [];

    /// <summary>Unpacked layers on the disk, in no order.</summary>
    public string[] Folders =>
        [.. Directory.GetDirectories(Path.Combine(Folder, "images")).Where(static path => Path.GetFileName(path) is not ("tmp" or "trash"))];

    public int Leftovers => Directory.GetDirectories(Path.Combine(Folder, "images", "tmp")).Length;

    public IEnumerable<ImageRoot> ImagesIn(CatalogSnapshot snapshot) => Needed.Select(static image => new ImageRoot(image, "arn:function"));

    public async Task<StoredImageLayer> StoreAsync(byte[] sent) =>
        await Layers.StoreAsync(Sha256.Of(sent), new MemoryStream(sent), CancellationToken.None);

    public async Task<ImageImport> ImportAsync(string name, TestImage image)
    {
        foreach (byte[] blob in image.Blobs.Values)
        {
            await StoreAsync(blob);
        }

        return await Library.ImportAsync(name, image.Manifest, image.Configuration, CancellationToken.None);
    }

    /// <summary>The folder of one layer, unpacked.</summary>
    public async Task<string> UnpackAsync(TarBuilder layer)
    {
        StoredImageLayer stored = await StoreAsync(layer.Build());
        return Path.Combine(Folder, "images", stored.Folder);
    }

    public async Task<string> RefusalAsync(byte[] sent)
    {
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => StoreAsync(sent));
        Assert.Equal(("InvalidParameterValueException", 400), (refused.Code, refused.Status));
        return refused.Message;
    }

    public async ValueTask DisposeAsync()
    {
        Layers.Dispose();
        await Catalog.DisposeAsync();
    }
}
