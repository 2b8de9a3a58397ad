using Lamina.Contract;
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

    /// <summary>The unpacked layers, which a scrub compares with what they were.</summary>
    IReadOnlyList<UnpackedLayer> ListLayers();

    /// <summary>Null when the layer is intact or gone. A damaged one is asked for again by the next import of an image that has it.</summary>
    Task<LayerDamage?> VerifyAsync(UnpackedLayer layer, CancellationToken cancellationToken);
}

/// <param name="Digest">Of its tar archive.</param>
/// <param name="Bytes">Of its tar archive.</param>
public readonly record struct UnpackedLayer(Sha256 Digest, long Bytes);

/// <param name="Problem">Which of its files are damaged, and how.</param>
/// <param name="NamedBy">Names of images, ARNs of functions, ids of runtimes that need it.</param>
public sealed record LayerDamage(string Problem, IReadOnlyList<string> NamedBy);

/// <param name="Count">Layers of images.</param>
public readonly record struct CollectedLayers(int Count, long Bytes);
