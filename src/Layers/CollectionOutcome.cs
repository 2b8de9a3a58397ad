namespace Lamina.Layers;

/// <summary>What a collection deleted, or would delete. Bytes are of the disk.</summary>
public sealed record CollectionOutcome
{
    public required int Archives { get; init; }

    public required long ArchiveBytes { get; init; }

    public required int Trees { get; init; }

    public required int Manifests { get; init; }

    /// <summary>Files that no tree had.</summary>
    public required long FileBytes { get; init; }

    public required int Blobs { get; init; }

    public required long BlobBytes { get; init; }

    /// <summary>Layers of images.</summary>
    public int ImageLayers { get; init; }

    public long ImageBytes { get; init; }

    public long TotalBytes => ArchiveBytes + FileBytes + BlobBytes + ImageBytes;

    internal CollectionOutcome With(CollectedLayers images) => this with { ImageLayers = images.Count, ImageBytes = images.Bytes };
}
