using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;

namespace Lamina.Execution;

/// <summary>The newest lines of one function, bounded in bytes, and who follows them.</summary>
internal sealed class LogRing(int capacityBytes, TimeProvider time)
{
    // What a line costs besides its text: object, array header, queue slot. Empty lines must not fill memory either.
    private const int LineOverheadBytes = 96;

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new();
    private ImmutableArray<LogFollower> _followers = [];
    private int _capacityBytes = capacityBytes;
    private long _sequence;
    private long _bytes;

    public LogLine Append(string stream, ReadOnlyMemory<byte> message)
    {
        lock (_lock)
        {
            var line = new LogLine(++_sequence, time.GetUtcNow(), stream, message);
            _lines.Enqueue(line);
            _bytes += message.Length + LineOverheadBytes;
            Trim_NeedsLock();
            foreach (LogFollower follower in _followers)
            {
                follower.Offer(line);
            }

            return line;
        }
    }

    /// <summary>Keeps less from now on.</summary>
    public void Shrink(int capacityBytes)
    {
        lock (_lock)
        {
            _capacityBytes = capacityBytes;
            Trim_NeedsLock();
            _lines.TrimExcess();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
            _lines.TrimExcess();
            _bytes = 0;
        }
    }

    public IReadOnlyList<LogLine> Read(long after)
    {
        lock (_lock)
        {
            return [.. _lines.Where(line => line.Sequence > after)];
        }
    }

    /// <summary>Retained lines and all later ones, without a gap between them.</summary>
    public LogFollower Follow(long after)
    {
        lock (_lock)
        {
            var follower = new LogFollower([.. _lines.Where(line => line.Sequence > after)], this);
            _followers = _followers.Add(follower);
            return follower;
        }
    }

    public void Leave(LogFollower follower)
    {
        lock (_lock)
        {
            _followers = _followers.Remove(follower);
        }
    }

    private void Trim_NeedsLock()
    {
        while (_bytes > _capacityBytes && _lines.Count > 1)
        {
            _bytes -= _lines.Dequeue().Message.Length + LineOverheadBytes;
        }
    }
}

/// <summary>One reader that follows a function's lines.</summary>
internal sealed class LogFollower(ImmutableArray<LogLine> retained, LogRing ring) : IDisposable
{
    // Enough for a burst; a function that outruns its reader must not hold memory for it.
    private const int PendingLines = 4_096;

    private readonly Channel<LogLine> _pending = Channel.CreateBounded<LogLine>(
        new BoundedChannelOptions(PendingLines) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _dropped;

    public void Offer(LogLine line)
    {
        if (!_pending.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    public async IAsyncEnumerable<LogLine> ReadAllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (LogLine line in retained)
        {
            yield return line;
        }

        await foreach (LogLine line in _pending.Reader.ReadAllAsync(cancellationToken))
        {
            yield return line;
            long dropped = _pending.Reader.Count == 0 ? Interlocked.Exchange(ref _dropped, 0) : 0;
            if (dropped > 0)
            {
                yield return line with { Message = Encoding.UTF8.GetBytes($"[{dropped} log lines were dropped: reader too slow]") };
            }
        }
    }

    public void Dispose() => ring.Leave(this);
}
