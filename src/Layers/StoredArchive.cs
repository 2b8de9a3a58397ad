using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>A checked, durably stored zip. The archive is the truth; the tree named here is derived from it and may be rebuilt.</summary>
public sealed record StoredArchive
{
    /// <summary>SHA-256 of the zip: CodeSha256.</summary>
    public required Sha256 Digest { get; init; }

    /// <summary>Length of the zip: CodeSize.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Sum of the sizes of the files in it; counts against <see cref="Limits.UnzippedBytes"/>.</summary>
    public required long UnzippedBytes { get; init; }

    /// <summary>Digest of the manifest, the sorted (path, mode, content) list. Equal content, equal tree.</summary>
    public required Sha256 Tree { get; init; }
}

/// <summary>A layer version as a function version holds it: frozen, so it outlives deletion and revoked permissions.</summary>
public sealed record LayerReference
{
    /// <summary>ARN of the layer version.</summary>
    public required string Arn { get; init; }

    public required StoredArchive Content { get; init; }
}
