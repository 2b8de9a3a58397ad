using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Execution.Debugging;

/// <summary>
/// One invocation under a debugger: a port of this machine's loopback that leads to where the runtime waits for its debugger, inside the
/// sandbox's own network. Whoever connects before the runtime listens waits for it.
/// </summary>
public sealed class DebugSession : IAsyncDisposable
{
    /// <summary>A session nobody ends is over by then.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    private const string Variable = "LAMINA_DEBUG_PORT";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _ended = new();
    private readonly Socket? _listener;
    private Func<Task<Socket?>>? _openSocket;
    private IPEndPoint? _debugger;
    private Action? _end;
    private readonly Task _forwarding;

    private DebugSession(string debugger, Socket? listener)
    {
        Debugger = debugger;
        _listener = listener;
        _forwarding = listener is null ? Task.CompletedTask : ForwardAllAsync(listener);
    }

    /// <summary>What speaks at the port: <c>inspector</c>, <c>debugpy</c>, or <c>dotnet</c>, which has no port.</summary>
    public string Debugger { get; }

    /// <summary>Of 127.0.0.1; null when the debugger needs none.</summary>
    public int? Port => (_listener?.LocalEndPoint as IPEndPoint)?.Port;

    /// <summary>
    /// The port that the function's own variable names: every invocation of it, whoever sends it, then waits for a debugger there. Null
    /// where it has no such variable.
    /// </summary>
    /// <exception cref="AwsError">The variable names no port.</exception>
    public static int? SettingOf(FunctionVersion function) =>
        function.Environment is not { } variables || !variables.TryGetValue(Variable, out string? text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue ? port
        : throw AwsError.InvalidParameterValue($"The function's variable {Variable} must be a port from 1 to {ushort.MaxValue}, not '{text}'.");

    /// <param name="port">Null for the debugger's usual one; 0 for any that is free.</param>
    /// <exception cref="AwsError">The runtime cannot be debugged, or the port is taken.</exception>
    public static DebugSession Open(FunctionVersion function, int? port)
    {
        string? family = function.Runtime is { } runtime ? RuntimeCatalog.FamilyOf(runtime) : null;
        if (DebugLaunch.DebuggerOf(family) is not { } debugger)
        {
            throw AwsError.InvalidParameterValue(
                $"A function of {function.Runtime ?? "a container image"} cannot be started under a debugger; those of Node.js, Python and .NET can.");
        }

        return new DebugSession(debugger, DebugLaunch.PortOf(debugger) is { } usual ? Listen(port ?? usual) : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener?.Dispose();
        await _forwarding;
    }

    /// <summary>The caller has gone: so does the environment.</summary>
    internal void End() => Volatile.Read(ref _end)?.Invoke();

    /// <param name="openSocket">A socket in the sandbox's network, null while there is none.</param>
    internal void Attach(IPAddress address, Func<Task<Socket?>> openSocket, Action end)
    {
        _debugger = DebugLaunch.PortOf(Debugger) is { } port ? new IPEndPoint(address, port) : null;
        Volatile.Write(ref _openSocket, openSocket);
        Volatile.Write(ref _end, end);
    }

    private static Socket Listen(int port)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
            return listener;
        }
        catch (SocketException taken)
        {
            listener.Dispose();
            throw AwsError.InvalidParameterValue($"Port {port} of 127.0.0.1 cannot be listened on for the debugger: {taken.Message}. Name another.");
        }
    }

    private async Task ForwardAllAsync(Socket listener)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync(_ended.Token);
                connections.RemoveAll(static connection => connection.IsCompleted);
                connections.Add(ForwardAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The session is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task ForwardAsync(Socket client)
    {
        try
        {
            using Socket debugger = await ConnectAsync();
            using NetworkStream near = new(client, ownsSocket: true);
            using NetworkStream far = new(debugger, ownsSocket: false);
            Task back = CopyAsync(far, near, client);
            await CopyAsync(near, far, debugger);
            await back;
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // One of the two has gone, and the other is told by the end of its connection.
            client.Dispose();
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Socket toSocket)
    {
        await from.CopyToAsync(to, _ended.Token);
        toSocket.Shutdown(SocketShutdown.Send);
    }

    private async Task<Socket> ConnectAsync()
    {
        while (true)
        {
            _ended.Token.ThrowIfCancellationRequested();
            Socket? socket = Volatile.Read(ref _openSocket) is { } open ? await open() : null;
            try
            {
                if (socket is not null)
                {
                    await socket.ConnectAsync(_debugger!, _ended.Token);
                    return socket;
                }
            }
            catch (SocketException)
            {
                socket!.Dispose();
            }

            // The interpreter has not come so far yet.
            await Task.Delay(Pause, TimeProvider.System, _ended.Token);
        }
    }
}
