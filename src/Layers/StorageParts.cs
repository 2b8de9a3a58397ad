using Lamina.Store;

namespace Lamina.Layers;

/// <summary>All that is stored, and all who need something of it.</summary>
public sealed record StorageParts
{
    /// <summary>Where all of it lies.</summary>
    public required string DataDirectory { get; init; }

    public required ICatalog Catalog { get; init; }

    public required IReadOnlyList<IArchiveRoots> Roots { get; init; }

    public required FileBlobStore Blobs { get; init; }

    public required IReadOnlyList<IBlobRoots> BlobRoots { get; init; }

    public required ArchiveStore Archives { get; init; }

    public required ManifestStore Manifests { get; init; }

    public required TreeStore Trees { get; init; }

    /// <summary>Null in a house without images.</summary>
    public required IImageStorage? Images { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Told of what a collection in the background could not do.</summary>
    public required Action<Exception> ReportFailure { get; init; }

    internal IEnumerable<ArchiveRoot> RootsNow()
    {
        CatalogSnapshot snapshot = Catalog.Current;
        return Roots.SelectMany(room => room.In(snapshot));
    }
}
