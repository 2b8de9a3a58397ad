using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Images;

/// <summary>
/// The images' share of a collection. What goes is decided and forgotten in one catalog transaction, so that a function or an import, which
/// names an image in one of its own, comes before it or finds the image gone; folders follow, but for those that an environment shows.
/// </summary>
public sealed class ImageCollection(
    ImageLayerStore layers, ICatalog catalog, IReadOnlyList<IImageRoots> roots, TimeProvider time) : IImageStorage
{
    private readonly ImageScrub _scrub = new(layers, catalog, roots);

    public IReadOnlyList<UnpackedLayer> ListLayers() => _scrub.List();

    public Task<LayerDamage?> VerifyAsync(UnpackedLayer layer, CancellationToken cancellationToken) => _scrub.VerifyAsync(layer.Digest, cancellationToken);

    public long CountBytes(CatalogSnapshot snapshot) => ImageDocuments.AllLayers(snapshot).Sum(static layer => layer.DiskBytes);

    public CollectedLayers Foresee() => Sum(FindDead(catalog.Current).Layers);

    public async Task<CollectedLayers> CollectAsync(CancellationToken cancellationToken)
    {
        IReadOnlyCollection<StoredImageLayer> gone = [];
        if (FindDead(catalog.Current) is { IsEmpty: false })
        {
            gone = await catalog.CommitAsync(Forget, cancellationToken);
        }

        await Task.Run(() => layers.GiveUpUnnamed(cancellationToken), cancellationToken);
        return Sum(gone);
    }

    private IReadOnlyCollection<StoredImageLayer> Forget(CatalogTransaction transaction)
    {
        Dead dead = FindDead(transaction);
        foreach (StoredImage image in dead.Images)
        {
            ImageDocuments.Delete(transaction, image);
        }

        ImageDocuments.Delete(transaction, dead.Layers);
        return dead.Layers;
    }

    private Dead FindDead(CatalogSnapshot snapshot)
    {
        IEnumerable<ImageRoot> users = roots.SelectMany(room => room.ImagesIn(snapshot));
        HashSet<Sha256> needed = [.. ImageDocuments.AllTags(snapshot).Select(static tag => tag.Digest), .. users.Select(static root => root.Image)];
        ILookup<bool, StoredImage> images = ImageDocuments.AllImages(snapshot).ToLookup(image => needed.Contains(image.Digest));
        HashSet<Sha256> used = [.. images[true].SelectMany(static image => image.Layers)];
        DateTimeOffset underWay = time.GetUtcNow() - Limits.ImageImportDuration;
        return new Dead(
            [.. images[false]],
            [.. ImageDocuments.AllLayers(snapshot).Where(layer => !used.Contains(layer.Digest) && layer.StoredAt < underWay)]);
    }

    private static CollectedLayers Sum(IReadOnlyCollection<StoredImageLayer> gone) => new(gone.Count, gone.Sum(static layer => layer.DiskBytes));

    private readonly record struct Dead(StoredImage[] Images, StoredImageLayer[] Layers)
    {
        public bool IsEmpty => Images.Length == 0 && Layers.Length == 0;
    }
}
