using Lamina.Execution.Extensions;

namespace Lamina.Execution.Telemetry;

/// <summary>
/// One extension's subscription: events gather until they are many, large or old enough, then go out as one batch. What cannot be
/// delivered is tried again; what does not fit meanwhile is dropped and counted.
/// </summary>
internal sealed class TelemetrySubscriber : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1);

    private readonly ITelemetryDelivery _delivery;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _due = new(0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _timer;
    private readonly Task _sending;
    private List<ReadOnlyMemory<byte>> _pending = [];
    private int _pendingBytes;
    private int _droppedRecords;
    private long _droppedBytes;
    private bool _timerRuns;
    private bool _closed;

    public TelemetrySubscriber(Extension extension, TelemetrySubscription subscription, ITelemetryDelivery delivery, TimeProvider time)
    {
        Extension = extension;
        Subscription = subscription;
        _delivery = delivery;
        _time = time;
        _timer = time.CreateTimer(static self => ((TelemetrySubscriber)self!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sending = Task.Run(SendAllAsync);
    }

    public Extension Extension { get; }

    public TelemetrySubscription Subscription { get; }

    public void Add(ReadOnlyMemory<byte> record)
    {
        bool full;
        lock (_lock)
        {
            // As AWS says of the size of a batch: up to twice what was asked for.
            if (_closed || _pending.Count >= Subscription.MaxItems || _pendingBytes + record.Length > 2 * Subscription.MaxBytes)
            {
                _droppedRecords++;
                _droppedBytes += record.Length;
                return;
            }

            _pending.Add(record);
            _pendingBytes += record.Length;
            full = _pending.Count >= Subscription.MaxItems || _pendingBytes >= Subscription.MaxBytes;
            if (!_timerRuns && !full)
            {
                _timerRuns = true;
                _timer.Change(Subscription.Timeout, Timeout.InfiniteTimeSpan);
            }
        }

        if (full)
        {
            Flush();
        }
    }

    /// <summary>What has gathered goes out now.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _timerRuns = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _due.Release();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
        }

        await _timer.DisposeAsync();
        await _ended.CancelAsync();
        await _sending;
        await _delivery.DisposeAsync();
        _ended.Dispose();
        _due.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (true)
            {
                await _due.WaitAsync(_ended.Token);
                List<ReadOnlyMemory<byte>> batch = Take();
                if (batch.Count > 0)
                {
                    await SendAsync(batch);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The environment's processes have ended: nobody listens any more.
            _ = _ended.IsCancellationRequested;
        }
    }

    private async Task SendAsync(List<ReadOnlyMemory<byte>> batch)
    {
        TimeSpan wait = FirstRetry;
        while (!await _delivery.TrySendAsync(batch, _ended.Token))
        {
            await Task.Delay(wait, _time, _ended.Token);
            wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
        }
    }

    private List<ReadOnlyMemory<byte>> Take()
    {
        lock (_lock)
        {
            List<ReadOnlyMemory<byte>> batch = _pending;
            _pending = [];
            _pendingBytes = 0;
            if (_droppedRecords > 0)
            {
                batch.Add(TelemetryRecords.LogsDropped(_time.GetUtcNow(), _droppedRecords, _droppedBytes));
                _droppedRecords = 0;
                _droppedBytes = 0;
            }

            return batch;
        }
    }
}
