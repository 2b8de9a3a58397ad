namespace Lamina.Execution.Environments;

/// <summary>
/// One deadline that is set anew for every invocation. The timer itself is left running while it fires no later than the
/// deadline and is moved on when it fires too early: setting a deadline costs no timer operation on the warm path.
/// </summary>
internal sealed class DeadlineTimer(TimeProvider time, Action fired) : IDisposable
{
    private const long Never = long.MaxValue;

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _deadline = Never;
    private long _fires = Never;
    private bool _disposed;

    public void Arm(TimeSpan due)
    {
        lock (_lock)
        {
            _deadline = time.GetTimestamp() + ToTicks(due);
            if (_fires > _deadline && !_disposed)
            {
                Schedule_NeedsLock(due);
            }
        }
    }

    public void Disarm()
    {
        lock (_lock)
        {
            _deadline = Never;
        }
    }

    public bool HasPassed()
    {
        lock (_lock)
        {
            return time.GetTimestamp() >= _deadline;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _deadline = Never;
            _timer?.Dispose();
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _fires = Never;
            if (_disposed || _deadline == Never)
            {
                return;
            }

            long remaining = _deadline - time.GetTimestamp();
            if (remaining > 0)
            {
                Schedule_NeedsLock(time.GetElapsedTime(0, remaining));
                return;
            }
        }

        fired();
    }

    private void Schedule_NeedsLock(TimeSpan due)
    {
        // Timers count in whole milliseconds: rounding up saves a second, useless round.
        TimeSpan rounded = TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds));
        _fires = time.GetTimestamp() + ToTicks(rounded);
        if (_timer is null)
        {
            _timer = time.CreateTimer(static timer => ((DeadlineTimer)timer!).OnTimer(), this, rounded, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(rounded, Timeout.InfiniteTimeSpan);
        }
    }

    private long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
