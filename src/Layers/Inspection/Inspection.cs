using System.Collections.Immutable;

namespace Lamina.Layers.Inspection;

/// <summary>What is known of a stack of layers, with the function's code when there is one.</summary>
public sealed record Inspection
{
    /// <summary>Runtimes that decide: the function's, the one asked for, or those the layer says it is compatible with; may be empty.</summary>
    public required ImmutableArray<string> Runtimes { get; init; }

    public required ImmutableArray<string> Architectures { get; init; }

    /// <summary>Files and bytes by source, in merge order, the function's code last.</summary>
    public required ImmutableArray<SourceTotal> Sources { get; init; }

    /// <summary>The worst first, then by path.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>The merged /opt in ordinal order of the paths.</summary>
    public required ImmutableArray<OptEntry> Entries { get; init; }

    /// <summary>What counts against <see cref="Contract.Limits.UnzippedBytes"/>.</summary>
    public long UnzippedBytes => Sources.Sum(static source => source.UnzippedBytes);
}

/// <param name="Source">ARN of the layer version or the function, or the name of an archive that is not published.</param>
/// <param name="SeenFiles">Files (and symlinks) that the function sees; the others are shadowed.</param>
public sealed record SourceTotal(string Source, bool IsCode, int Files, long UnzippedBytes, int SeenFiles, long SeenBytes);

public enum FindingSeverity
{
    /// <summary>It will not work on Lambda.</summary>
    Error,

    /// <summary>It may surprise.</summary>
    Warning,

    /// <summary>It only costs.</summary>
    Advice,
}

/// <param name="Code">Stable, for programs: <c>shadowed-file-differs</c>.</param>
/// <param name="Path">Absolute, as the function sees it.</param>
/// <param name="Sources">Those concerned, the one that is seen first.</param>
/// <param name="Message">What, why it matters, and what to do.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Path, ImmutableArray<string> Sources, string Message);
