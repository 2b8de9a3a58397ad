using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Lamina.Execution.Telemetry;

/// <summary>A JSON array per request, to the extension's HTTP server inside the sandbox.</summary>
/// <param name="connect">Makes a connection to a port inside the sandbox; null when nobody listens there.</param>
internal sealed class HttpDelivery(TelemetryDestination destination, Func<int, CancellationToken, Task<Socket?>> connect) : ITelemetryDelivery
{
    private readonly Uri _uri = new($"http://sandbox.localdomain:{destination.Port}{destination.Path}");
    private readonly HttpMethod _method = new(destination.Method);

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        ConnectCallback = async (context, cancellationToken) =>
            await connect(context.DnsEndPoint.Port, cancellationToken) is { } socket
                ? new NetworkStream(socket, ownsSocket: true)
                : throw new IOException("Nobody listens."),
    });

    public async Task<bool> TrySendAsync(IReadOnlyList<ReadOnlyMemory<byte>> batch, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(_method, _uri) { Content = new ByteArrayContent(TelemetryRecords.Array(batch)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
            return (int)response.StatusCode < (int)HttpStatusCode.MultipleChoices;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
