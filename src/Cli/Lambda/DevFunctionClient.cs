using System.Text.Json.Nodes;

namespace Lamina.Cli.Lambda;

/// <summary>Lamina's own paths for functions whose code is being worked on: <c>/_lamina/dev-functions</c>.</summary>
internal sealed class DevFunctionClient(Wire wire)
{
    /// <summary>Begins a session of the function; it lasts until it is disposed or either side's process ends.</summary>
    public async Task<DevFunctionSession> OpenAsync(string function, string folder, CancellationToken cancellationToken)
    {
        string path = $"/_lamina/dev-functions/{Uri.EscapeDataString(function)}";
        DevConnection connection = await DevConnection.OpenAsync(wire, path, folder, function, cancellationToken);
        string session = (string?)JsonNode.Parse(connection.FirstLine)?["session"] ?? throw DevConnection.Ended(function);
        return new DevFunctionSession(wire, connection, $"{path}/{session}");
    }
}

/// <summary>A session as its client has it.</summary>
internal sealed class DevFunctionSession(Wire wire, DevConnection connection, string path) : IDisposable
{
    /// <summary>Returns when the next invocation runs the code.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(HttpMethod.Put, path, archive, "application/zip");
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
    }

    public Task EndedAsync(CancellationToken cancellationToken) => connection.EndedAsync(cancellationToken);

    public void Dispose() => connection.Dispose();
}
