using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>Lamina's own paths for runtimes: <c>/_lamina/runtimes</c>.</summary>
internal sealed class RuntimeClient(Wire wire)
{
    public Task<ServedRuntime> AddAsync(string id, RuntimeSource source, CancellationToken cancellationToken) => wire.SendAsync(
        HttpMethod.Put, PathOf(id), source, ReadableJson.Default.RuntimeSource, ReadableJson.Default.ServedRuntime, cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => wire.DeleteAsync(PathOf(id), cancellationToken);

    private static string PathOf(string id) => $"/_lamina/runtimes/{Uri.EscapeDataString(id)}";
}

internal sealed record RuntimeSource(
    [property: JsonPropertyName("image")] string? Image,
    [property: JsonPropertyName("program")] string? Program,
    [property: JsonPropertyName("folder")] string? Folder,
    [property: JsonPropertyName("from")] string? From);

/// <summary>What a runtime resolves to.</summary>
internal sealed record ServedRuntime(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("interpreterPath")] string? InterpreterPath,
    [property: JsonPropertyName("version")] string? Version,
    [property: JsonPropertyName("exact")] bool Exact,
    [property: JsonPropertyName("note")] string? Note);
