using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>What the inspector says of a function, a layer version or an archive (docs/http-api.md).</summary>
internal sealed record Inspection(
    [property: JsonPropertyName("runtimes")] IReadOnlyList<string> Runtimes,
    [property: JsonPropertyName("architectures")] IReadOnlyList<string> Architectures,
    [property: JsonPropertyName("unzippedBytes")] long UnzippedBytes,
    [property: JsonPropertyName("limitBytes")] long LimitBytes,
    [property: JsonPropertyName("sources")] IReadOnlyList<SourceTotal> Sources,
    [property: JsonPropertyName("findings")] IReadOnlyList<Finding> Findings,
    [property: JsonPropertyName("entries")] IReadOnlyList<OptEntry>? Entries);

/// <param name="Kind">layer or code.</param>
internal sealed record SourceTotal(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("files")] int Files,
    [property: JsonPropertyName("unzippedBytes")] long UnzippedBytes,
    [property: JsonPropertyName("seenFiles")] int SeenFiles,
    [property: JsonPropertyName("seenBytes")] long SeenBytes);

/// <param name="Severity">error, warning or advice.</param>
internal sealed record Finding(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("severity")] string Severity,
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("sources")] IReadOnlyList<string> Sources,
    [property: JsonPropertyName("message")] string Message)
{
    [JsonIgnore]
    public bool IsError => string.Equals(Severity, "error", StringComparison.Ordinal);

    [JsonIgnore]
    public bool IsWarning => string.Equals(Severity, "warning", StringComparison.Ordinal);
}

internal sealed record LayerDifference(
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("to")] string To,
    [property: JsonPropertyName("fromBytes")] long FromBytes,
    [property: JsonPropertyName("toBytes")] long ToBytes,
    [property: JsonPropertyName("unchangedFiles")] int UnchangedFiles,
    [property: JsonPropertyName("added")] IReadOnlyList<PathDifference> Added,
    [property: JsonPropertyName("removed")] IReadOnlyList<PathDifference> Removed,
    [property: JsonPropertyName("changed")] IReadOnlyList<PathDifference> Changed);

internal sealed record PathDifference(
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("from")] DifferenceSide? From,
    [property: JsonPropertyName("to")] DifferenceSide? To);

internal sealed record DifferenceSide(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("sizeBytes")] long SizeBytes,
    [property: JsonPropertyName("mode")] int Mode,
    [property: JsonPropertyName("linkTarget")] string? LinkTarget);
