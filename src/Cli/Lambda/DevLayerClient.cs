using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Cli.Lambda;

/// <summary>Lamina's own paths for layers that are being worked on: <c>/_lamina/dev-layers</c>.</summary>
internal sealed class DevLayerClient(Wire wire)
{
    private const string Path = "/_lamina/dev-layers";

    public Task<IReadOnlyList<DevLayer>> ListAsync(CancellationToken cancellationToken) =>
        wire.GetAsync(Path, ReadableJson.Default.IReadOnlyListDevLayer, cancellationToken);

    /// <summary>Begins a session of the layer; it lasts until it is disposed or either side's process ends.</summary>
    public async Task<DevSession> OpenAsync(string layer, string folder, CancellationToken cancellationToken)
    {
        string path = $"{Path}/{Uri.EscapeDataString(layer)}";
        DevConnection connection = await DevConnection.OpenAsync(wire, path, folder, layer, cancellationToken);
        DevSessionLine opened = JsonSerializer.Deserialize(connection.FirstLine, ReadableJson.Default.DevSessionLine)!;
        return new DevSession(wire, connection, $"{path}/{opened.Session}", opened);
    }
}

/// <summary>A session as its client has it.</summary>
internal sealed class DevSession(Wire wire, DevConnection connection, string path, DevSessionLine opened) : IDisposable
{
    public DevSessionLine Opened => opened;

    /// <summary>Returns when the next invocation sees the content.</summary>
    /// <param name="whole">False: the archive has what changed since the last whole one.</param>
    public async Task<DevLayer> SendAsync(ReadOnlyMemory<byte> archive, bool whole, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(whole ? HttpMethod.Put : HttpMethod.Patch, path, archive, "application/zip");
        return await wire.ReadAsync(request, ReadableJson.Default.DevLayer, cancellationToken);
    }

    /// <summary>Completes when the server has ended the session.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) => connection.EndedAsync(cancellationToken);

    public void Dispose() => connection.Dispose();
}

/// <summary>A layer with a dev session.</summary>
/// <param name="Updates">How often its content was sent; 0 while functions still use what is published.</param>
/// <param name="Functions">Names of the functions that run on it.</param>
/// <param name="TooLargeFor">Those of them that could not have it published: code and layers together are too large.</param>
internal sealed record DevLayer(
    [property: JsonPropertyName("layer")] string Layer,
    [property: JsonPropertyName("layerArn")] string LayerArn,
    [property: JsonPropertyName("folder")] string Folder,
    [property: JsonPropertyName("since")] string Since,
    [property: JsonPropertyName("updates")] int Updates,
    [property: JsonPropertyName("updatedAt")] string? UpdatedAt,
    [property: JsonPropertyName("unzippedBytes")] long UnzippedBytes,
    [property: JsonPropertyName("functions")] IReadOnlyList<string> Functions,
    [property: JsonPropertyName("tooLargeFor")] IReadOnlyList<string> TooLargeFor)
{
    /// <summary>Whether the ARN is that of one of the layer's versions.</summary>
    public bool IsOf(string? layerVersionArn) =>
        LayerVersionArn.TryParse(layerVersionArn, out LayerVersionArn? arn) && arn.Layer.ToString() == LayerArn;
}

/// <summary>The first line of a session's answer.</summary>
/// <param name="NewestVersion">Null when the layer has no version yet, so that no function can use it.</param>
internal sealed record DevSessionLine(
    [property: JsonPropertyName("session")] string Session,
    [property: JsonPropertyName("layer")] string Layer,
    [property: JsonPropertyName("newestVersion")] long? NewestVersion,
    [property: JsonPropertyName("functions")] IReadOnlyList<string> Functions);
