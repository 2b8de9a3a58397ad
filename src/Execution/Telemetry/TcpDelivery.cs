using System.Net.Sockets;

namespace Lamina.Execution.Telemetry;

/// <summary>One JSON object per line, to the extension's TCP port inside the sandbox.</summary>
internal sealed class TcpDelivery(TelemetryDestination destination, Func<int, CancellationToken, Task<Socket?>> connect) : ITelemetryDelivery
{
    private Socket? _socket;

    public async Task<bool> TrySendAsync(IReadOnlyList<ReadOnlyMemory<byte>> batch, CancellationToken cancellationToken)
    {
        try
        {
            _socket ??= await connect(destination.Port, cancellationToken);
            if (_socket is null)
            {
                return false;
            }

            byte[] lines = TelemetryRecords.Lines(batch);
            for (int sent = 0; sent < lines.Length;)
            {
                sent += await _socket.SendAsync(lines.AsMemory(sent), SocketFlags.None, cancellationToken);
            }

            return true;
        }
        catch (SocketException)
        {
            _socket?.Dispose();
            _socket = null;
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }
}
