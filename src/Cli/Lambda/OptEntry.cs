using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>One path below /opt as <c>GET /_lamina/functions/{name}/opt</c> tells it.</summary>
/// <param name="Kind">file, directory or symlink.</param>
/// <param name="Mode">Permission bits, for example 493 for 0755.</param>
/// <param name="Layer">ARN of the layer version it comes from.</param>
/// <param name="Shadows">ARNs of the earlier layers whose entry of the same path it covers, nearest first.</param>
internal sealed record OptEntry(
    string Path, string Kind, long SizeBytes, int Mode, string? LinkTarget, string Layer, IReadOnlyList<string> Shadows)
{
    public bool IsDirectory => string.Equals(Kind, "directory", StringComparison.OrdinalIgnoreCase);

    public bool IsSymlink => string.Equals(Kind, "symlink", StringComparison.OrdinalIgnoreCase);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IReadOnlyList<OptEntry>))]
internal sealed partial class OptJson : JsonSerializerContext
{
    public static OptJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
