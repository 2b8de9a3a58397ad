using Lamina.Contract;

namespace Lamina.Images;

/// <summary>An imported image: what it says of itself, and its layers, which are stored once for all images.</summary>
public sealed record StoredImage
{
    /// <summary>Of its manifest.</summary>
    public required Sha256 Digest { get; init; }

    /// <summary>In Lambda's words, <c>x86_64</c> or <c>arm64</c>; the image's own word for any other.</summary>
    public required string Architecture { get; init; }

    public required ImageProcess Process { get; init; }

    /// <summary>The lowest first, by the digests of their tar archives. A layer may be there more than once.</summary>
    public required IReadOnlyList<Sha256> Layers { get; init; }

    /// <summary>Of all layers, uncompressed: what counts against <see cref="Limits.ImageBytes"/>.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>As AWS writes dates.</summary>
    public required string ImportedAt { get; init; }
}

/// <summary>What an image runs unless it is told otherwise.</summary>
/// <param name="Environment">NAME=value.</param>
/// <param name="WorkingDirectory">Empty for the root.</param>
public sealed record ImageProcess(
    IReadOnlyList<string> EntryPoint, IReadOnlyList<string> Command, string WorkingDirectory, IReadOnlyList<string> Environment);

/// <summary>A layer on the disk.</summary>
/// <param name="Digest">Of its tar archive.</param>
/// <param name="Folder">Its folder's name: never the same again, should the layer go and come back.</param>
/// <param name="TarBytes">Of its tar archive.</param>
/// <param name="StoredAt">Since when no image need name it to keep it for a while.</param>
/// <param name="IsDamaged">A scrub found that its files are not what they were: it is to be sent again.</param>
public sealed record StoredImageLayer(Sha256 Digest, string Folder, long TarBytes, long DiskBytes, DateTimeOffset StoredAt, bool IsDamaged);

/// <summary>A name of an image.</summary>
public sealed record ImageTag(string Repository, string Tag, Sha256 Digest)
{
    public string Name => $"{Repository}:{Tag}";
}

/// <param name="Image">Null when layers are missing: nothing is visible then.</param>
/// <param name="MissingLayers">Digests as the manifest has them.</param>
public sealed record ImageImport(ImageTag Tag, StoredImage? Image, IReadOnlyList<Sha256> MissingLayers);
