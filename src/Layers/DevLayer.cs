using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>A layer that is being worked on: while its session lasts, its own account's functions see the session's content.</summary>
public sealed record DevLayer
{
    /// <summary>Known to the session's client only: whoever names it may change the content.</summary>
    public required string Session { get; init; }

    public required LayerArn Layer { get; init; }

    /// <summary>Where the content comes from, as the client says; for people to read, never opened here.</summary>
    public required string Folder { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>How often the content was sent; 0 until then, and functions see what is published.</summary>
    public required int Updates { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Empty at first; then a whole, and over it, when there is one, what changed since.</summary>
    public required ImmutableArray<StoredArchive> Content { get; init; }

    public long UnzippedBytes => Content.Sum(static archive => archive.UnzippedBytes);
}

/// <summary>What /opt of a function shows.</summary>
/// <param name="Archives">In merge order, the later over the earlier; more than there are layers when some of them have dev content.</param>
/// <param name="DevLayers">Those whose dev content is among them.</param>
public sealed record LayerStackContent(ImmutableArray<StoredArchive> Archives, ImmutableArray<DevLayer> DevLayers);
