using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>An invocation under a debugger, by Lamina's own path.</summary>
internal sealed class DebugClient(Wire wire)
{
    /// <param name="port">Of this machine's loopback; null for the debugger's usual one.</param>
    /// <param name="waiting">Told where the debugger is, as soon as one may connect.</param>
    public async Task<InvokeAnswer> InvokeAsync(
        string name, byte[] payload, int? port, Action<DebugPlace> waiting, CancellationToken cancellationToken)
    {
        string query = port is { } number ? string.Create(CultureInfo.InvariantCulture, $"?Port={number}") : "";
        using HttpRequestMessage request = wire.Request(HttpMethod.Post, $"/_lamina/functions/{Uri.EscapeDataString(name)}/debug{query}", payload);
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        try
        {
            waiting(await ReadAsync<DebugPlace>(lines, cancellationToken));
            DebugResult result = await ReadAsync<DebugResult>(lines, cancellationToken);
            return new InvokeAnswer(result.Payload, result.FunctionError, LambdaClient.Lines(result.LogTail));
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or JsonException)
        {
            throw new CliError("The server broke off the session.", wire.Connection.Endpoint.ToString(), "See the server's log.", broken);
        }
    }

    private static async Task<T> ReadAsync<T>(StreamReader lines, CancellationToken cancellationToken)
        where T : class =>
        await lines.ReadLineAsync(cancellationToken) is { } line
        && JsonSerializer.Deserialize(line, ReadableJson.Default.GetTypeInfo(typeof(T))!) is T value
            ? value
            : throw new IOException("The answer ended.");
}

/// <summary>Where a runtime waits for its debugger.</summary>
/// <param name="Debugger"><c>inspector</c>, <c>debugpy</c> or <c>dotnet</c>.</param>
/// <param name="Port">Of 127.0.0.1; null where the debugger attaches to the process.</param>
internal sealed record DebugPlace(
    [property: JsonPropertyName("debugger")] string Debugger,
    [property: JsonPropertyName("port")] int? Port);

internal sealed record DebugResult(
    [property: JsonPropertyName("payload")] byte[] Payload,
    [property: JsonPropertyName("logTail")] byte[] LogTail,
    [property: JsonPropertyName("functionError")] string? FunctionError);
