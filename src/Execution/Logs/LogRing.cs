using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace Lamina.Execution;

/// <summary>
/// The newest lines of one function, bounded in bytes, and who follows them. Texts lie one behind the other in one piece of memory:
/// lines that live as long as others need to come make an object each the dearest thing a garbage collector can be given.
/// </summary>
internal sealed class LogRing(int capacityBytes, TimeProvider time)
{
    // What a line costs besides its text. Empty lines must not fill memory either.
    private static readonly int LineOverheadBytes = Unsafe.SizeOf<Line>();

    private readonly Lock _lock = new();
    private readonly Queue<Line> _lines = new();
    private readonly ByteRing _texts = new();
    private ImmutableArray<LogFollower> _followers = [];
    private int _capacityBytes = capacityBytes;
    private long _sequence; // of the newest line

    private long Bytes => _texts.Length + ((long)_lines.Count * LineOverheadBytes);

    public LogLine Append(string stream, ReadOnlyMemory<byte> message)
    {
        lock (_lock)
        {
            LogLine line = new(++_sequence, time.GetUtcNow(), stream, message);
            Trim_NeedsLock(message.Length + LineOverheadBytes);
            _texts.Append(message.Span, _capacityBytes);
            _lines.Enqueue(new Line(line.Time.UtcTicks, stream, message.Length));
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
            Trim_NeedsLock(0);
            _lines.TrimExcess();
            _texts.TrimExcess();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
            _lines.TrimExcess();
            _texts.Drop(_texts.Length);
            _texts.TrimExcess();
        }
    }

    public IReadOnlyList<LogLine> Read(long after)
    {
        lock (_lock)
        {
            return Read_NeedsLock(after);
        }
    }

    /// <summary>Retained lines and all later ones, without a gap between them.</summary>
    public LogFollower Follow(long after)
    {
        lock (_lock)
        {
            LogFollower follower = new(Read_NeedsLock(after), this);
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

    private ImmutableArray<LogLine> Read_NeedsLock(long after)
    {
        ImmutableArray<LogLine>.Builder read = ImmutableArray.CreateBuilder<LogLine>();
        long sequence = _sequence - _lines.Count;
        int start = 0;
        foreach (Line line in _lines)
        {
            if (++sequence > after)
            {
                read.Add(new LogLine(sequence, new DateTimeOffset(line.UtcTicks, TimeSpan.Zero), line.Stream, _texts.Copy(start, line.Length)));
            }

            start += line.Length;
        }

        return read.DrainToImmutable();
    }

    /// <param name="coming">Bytes that there shall be room for, if all the others have to go for them.</param>
    private void Trim_NeedsLock(int coming)
    {
        while (Bytes + coming > _capacityBytes && _lines.Count > (coming > 0 ? 0 : 1))
        {
            _texts.Drop(_lines.Dequeue().Length);
        }
    }

    private readonly record struct Line(long UtcTicks, string Stream, int Length);
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
        [EnumeratorCancellation] CancellationToken cancellationToken)
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
