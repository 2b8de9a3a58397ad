using System.Collections.Concurrent;

namespace Lamina.Sandbox;

/// <summary>One timer over all sandboxes in which processes run; stopped while there are none.</summary>
internal sealed class MemoryWatch : IDisposable
{
    /// <summary>
    /// How long a sandbox may stay above its limit. The look is one read of a counter (below 1 µs) unless memory has grown,
    /// so a thousand idle sandboxes cost about 1 % of one core.
    /// </summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<RunningSandbox, bool> _watched = new();
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private bool _disposed;

    public MemoryWatch() => _timer = new Timer(static state => ((MemoryWatch)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Add(RunningSandbox sandbox)
    {
        if (_watched.TryAdd(sandbox, true))
        {
            Arm();
        }
    }

    public void Remove(RunningSandbox sandbox) => _watched.TryRemove(sandbox, out _);

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private void Tick()
    {
        foreach (var (sandbox, _) in _watched)
        {
            sandbox.Inspect();
        }

        Arm();
    }

    /// <summary>Armed for one turn only: a slow turn delays the next one instead of running beside it.</summary>
    private void Arm()
    {
        lock (_gate)
        {
            if (!_disposed && !_watched.IsEmpty)
            {
                _timer.Change(Period, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
