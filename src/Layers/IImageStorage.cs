using Lamina.Store;

namespace Lamina.Layers;

/// <summary>Images, which a room above keeps: what a collection and a report of what is stored need to know of them.</summary>
public interface IImageStorage
{
    /// <summary>What all unpacked layers take on the disk, about.</summary>
    long CountBytes(CatalogSnapshot snapshot);

    /// <summary>What a collection would delete now.</summary>
    CollectedLayers Foresee();

    /// <summary>Deletes the images that nothing needs, and the layers that were theirs alone.</summary>
    Task<CollectedLayers> CollectAsync(CancellationToken cancellationToken);
}

/// <param name="Count">Layers of images.</param>
public readonly record struct CollectedLayers(int Count, long Bytes);
