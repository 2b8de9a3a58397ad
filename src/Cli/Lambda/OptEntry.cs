using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>One path below /opt as <c>GET /_lamina/functions/{name}/opt</c> tells it.</summary>
/// <param name="Kind">file, directory or symlink.</param>
/// <param name="Mode">Permission bits, for example 493 for 0755.</param>
/// <param name="Layer">ARN of the layer version it comes from.</param>
/// <param name="Shadows">ARNs of the earlier layers whose entry of the same path it covers, nearest first.</param>
internal sealed record OptEntry(
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("sizeBytes")] long SizeBytes,
    [property: JsonPropertyName("mode")] int Mode,
    [property: JsonPropertyName("linkTarget")] string? LinkTarget,
    [property: JsonPropertyName("layer")] string Layer,
    [property: JsonPropertyName("shadows")] IReadOnlyList<string> Shadows)
{
    [JsonIgnore]
    public bool IsDirectory => string.Equals(Kind, "directory", StringComparison.OrdinalIgnoreCase);

    [JsonIgnore]
    public bool IsSymlink => string.Equals(Kind, "symlink", StringComparison.OrdinalIgnoreCase);
}
