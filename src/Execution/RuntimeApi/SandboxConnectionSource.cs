using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Lamina.Execution.Shells;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.RuntimeApi;

/// <summary>Which sandbox a connection comes from, and which of its two listening sockets took it. Decided by the socket: nothing a client says counts.</summary>
internal sealed record SandboxPeer(SandboxDoor? Door, bool IsAwsEndpoint);

/// <summary>
/// The listener Kestrel sees: its connections are those accepted on the listening sockets of all living sandboxes.
/// Accepting from a sandbox ends when the sandbox closes its sockets.
/// </summary>
internal sealed class SandboxConnectionSource : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly SocketConnectionContextFactory _connections;

    public SandboxConnectionSource(ILoggerFactory loggers)
    {
        // Inline: the request of a runtime is short work that never blocks; a change of threads would cost more than it.
        var options = new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = true };
        _connections = new SocketConnectionContextFactory(options, loggers.CreateLogger<SandboxConnectionSource>());
    }

    public EndPoint EndPoint { get; } = new SandboxesEndPoint();

    /// <summary>Accepts from a sandbox's sockets, in the order in which its spec listed them, until they are closed.</summary>
    public Task AcceptAsync(SandboxDoor door, ImmutableArray<Socket> listeners) => Task.WhenAll(
        AcceptAllAsync(listeners[0], new SandboxPeer(door, IsAwsEndpoint: false)),
        AcceptAllAsync(listeners[1], new SandboxPeer(door, IsAwsEndpoint: true)));

    /// <summary>Of a sandbox without a runtime, whose AWS endpoint alone is served.</summary>
    public Task AcceptAwsEndpointAsync(Socket listener) => AcceptAllAsync(listener, new SandboxPeer(null, IsAwsEndpoint: true));

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out ConnectionContext? connection)
            ? connection
            : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAllAsync(Socket listener, SandboxPeer peer)
    {
        while (await AcceptAsync(listener) is { } socket)
        {
            socket.NoDelay = true;
            ConnectionContext connection = _connections.Create(socket);
            connection.Features.Set(peer);
            if (!_accepted.Writer.TryWrite(connection))
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Null when the listening socket is closed.</summary>
    private static async ValueTask<Socket?> AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(CancellationToken.None);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException exception)
                when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.TryAgain)
            {
                // The client went away between connecting and being accepted.
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    private sealed class SandboxesEndPoint : EndPoint
    {
        public override string ToString() => "sandboxes";
    }
}
