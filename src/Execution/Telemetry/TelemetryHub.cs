using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Lamina.Execution.Extensions;
using Lamina.Sandbox;

namespace Lamina.Execution.Telemetry;

/// <summary>
/// Who in one environment subscribed to what, between two inits. Subscribers come and go by the environment's loop; events come from
/// it and from whatever reads the processes' output.
/// </summary>
/// <param name="openSocket">A socket in the sandbox's network; null when the sandbox is gone.</param>
/// <param name="isJson">The function's log format is JSON.</param>
internal sealed class TelemetryHub(Func<Task<Socket?>> openSocket, bool isJson, TimeProvider time)
{
    private readonly List<(ReadOnlyMemory<byte> Record, Func<TelemetrySchema, bool> Schemas)> _retained = [];
    private volatile ImmutableArrayBox _subscribers = ImmutableArrayBox.Empty;

    /// <summary>Subscribers of the platform's events, in the schema of the Telemetry API or of the Logs API.</summary>
    public bool WantsPlatform { get; private set; }

    public bool WantsPlatformLogs { get; private set; }

    /// <summary>The init is under way, and who subscribes now is told of its beginning too.</summary>
    public bool IsOpen { get; private set; }

    public void Open() => IsOpen = true;

    public void Close()
    {
        IsOpen = false;
        _retained.Clear();
    }

    /// <summary>Null when the subscription stands; otherwise why it does not.</summary>
    public string? Subscribe(Extension extension, TelemetrySubscription subscription)
    {
        ImmutableArray<TelemetrySubscriber> present = _subscribers.Items;
        if (present.FirstOrDefault(known => known.Extension == extension) is { } known)
        {
            return known.Subscription.Schema.IsLogs() == subscription.Schema.IsLogs()
                ? null
                : "the extension is subscribed by the other of Logs API and Telemetry API already";
        }

        ITelemetryDelivery delivery = subscription.Destination.Path is null
            ? new TcpDelivery(subscription.Destination, ConnectAsync)
            : new HttpDelivery(subscription.Destination, ConnectAsync);
        TelemetrySubscriber subscriber = new(extension, subscription, delivery, time);
        _subscribers = new ImmutableArrayBox(present.Add(subscriber));
        bool platform = subscription.Types.HasFlag(TelemetryTypes.Platform);
        foreach ((ReadOnlyMemory<byte> record, Func<TelemetrySchema, bool> schemas) in _retained)
        {
            if (platform && schemas(subscription.Schema))
            {
                subscriber.Add(record);
            }
        }

        WantsPlatform |= platform && !subscription.Schema.IsLogs();
        WantsPlatformLogs |= platform && subscription.Schema.IsLogs();
        return null;
    }

    /// <param name="schemas">The schemas that have such an event.</param>
    public void Platform(ReadOnlyMemory<byte> record, Func<TelemetrySchema, bool> schemas)
    {
        if (IsOpen)
        {
            _retained.Add((record, schemas));
        }

        foreach (TelemetrySubscriber subscriber in _subscribers.Items)
        {
            if (subscriber.Subscription.Types.HasFlag(TelemetryTypes.Platform) && schemas(subscriber.Subscription.Schema))
            {
                subscriber.Add(record);
            }
        }
    }

    public void Output(OutputSource source, ReadOnlyMemory<byte> line)
    {
        TelemetryTypes type = source == OutputSource.Function ? TelemetryTypes.Function : TelemetryTypes.Extension;
        string name = source == OutputSource.Function ? "function" : "extension";
        ReadOnlyMemory<byte>? text = null;
        ReadOnlyMemory<byte>? structured = null;
        foreach (TelemetrySubscriber subscriber in _subscribers.Items)
        {
            if (!subscriber.Subscription.Types.HasFlag(type))
            {
                continue;
            }

            bool asObject = isJson && subscriber.Subscription.Schema == TelemetrySchema.Telemetry;
            subscriber.Add(asObject
                ? structured ??= TelemetryRecords.ObjectOrText(time.GetUtcNow(), name, line)
                : text ??= TelemetryRecords.Text(time.GetUtcNow(), name, line));
        }
    }

    public void Flush()
    {
        foreach (TelemetrySubscriber subscriber in _subscribers.Items)
        {
            subscriber.Flush();
        }
    }

    /// <summary>The processes have ended, the listeners with them.</summary>
    public async Task ClearAsync()
    {
        ImmutableArray<TelemetrySubscriber> gone = _subscribers.Items;
        _subscribers = ImmutableArrayBox.Empty;
        WantsPlatform = false;
        WantsPlatformLogs = false;
        Close();
        foreach (TelemetrySubscriber subscriber in gone)
        {
            await subscriber.DisposeAsync();
        }
    }

    private async Task<Socket?> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            // A frozen sandbox answers when it is thawed.
            socket = await openSocket().WaitAsync(cancellationToken);
            if (socket is not null)
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            }

            return socket;
        }
        catch (Exception exception) when (exception is SocketException or SandboxException or OperationCanceledException)
        {
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>So that a reader on another thread sees one whole array.</summary>
    private sealed record ImmutableArrayBox(ImmutableArray<TelemetrySubscriber> Items)
    {
        public static ImmutableArrayBox Empty { get; } = new([]);
    }
}
