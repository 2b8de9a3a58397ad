namespace Lamina.Layers;

public enum ScrubSubject
{
    /// <summary>Lasting damage: nothing can make it again but whoever has the zip.</summary>
    Archive,

    /// <summary>Lasting damage: content of S3 objects.</summary>
    Blob,

    /// <summary>Lasting damage: files of an image's layer, which only whoever has the image can send again.</summary>
    ImageLayer,

    /// <summary>A file below the trees; derived.</summary>
    File,

    /// <summary>The files of an archive as sandboxes see them; derived.</summary>
    Tree,

    /// <summary>The list of a tree's files; derived.</summary>
    Manifest,
}

/// <summary>One damaged thing.</summary>
public sealed record ScrubFinding
{
    public required ScrubSubject Subject { get; init; }

    /// <summary>The digest that its content no longer has; of a shared file also its mode.</summary>
    public required string Name { get; init; }

    public required string Problem { get; init; }

    /// <summary>ARNs of the layer versions and functions that need it, or S3 objects, or images and runtimes.</summary>
    public required IReadOnlyList<string> NamedBy { get; init; }

    /// <summary>Of an archive: those whose files have parts of it and may be where the damage is.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Of an archive: its tree was made before the damage, and is intact; functions go on with it.</summary>
    public bool TreeIntact { get; init; }

    public bool Lasting => Subject is ScrubSubject.Archive or ScrubSubject.Blob or ScrubSubject.ImageLayer;
}

public sealed record ScrubOutcome
{
    public required int Archives { get; init; }

    public required int Files { get; init; }

    public required int Trees { get; init; }

    public required int Manifests { get; init; }

    public required int Blobs { get; init; }

    public required int ImageLayers { get; init; }

    /// <summary>Damage of which nothing is left: what was derived is made again.</summary>
    public required int Repaired { get; init; }

    /// <summary>Damage that only whoever has the content can heal.</summary>
    public required int Damaged { get; init; }
}

/// <summary>How far a scrub is; read while it runs.</summary>
public sealed class ScrubProgress
{
    private long _verifiedBytes;
    private long _totalBytes;

    public long VerifiedBytes => Interlocked.Read(ref _verifiedBytes);

    /// <summary>Of what there was when it began.</summary>
    public long TotalBytes => Interlocked.Read(ref _totalBytes);

    internal void Expect(long bytes) => Interlocked.Exchange(ref _totalBytes, bytes);

    internal void Add(long bytes) => Interlocked.Add(ref _verifiedBytes, bytes);
}
