using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Lamina.Contract;

namespace Lamina.Execution;

/// <summary>
/// The newest log lines of every function, in memory: one bounded ring per function. Readers take what is retained,
/// followers get every line from then on; a follower too slow for the function loses lines and is told how many.
/// </summary>
/// <param name="bytesPerFunction">At most.</param>
/// <param name="bytes">Of all together: where there are many functions each may keep less.</param>
public sealed class FunctionLogs(int bytesPerFunction, long bytes, TimeProvider time)
{
    /// <summary>What a function may keep however many there are.</summary>
    private const int LeastBytes = 4 * 1024;

    private readonly ConcurrentDictionary<string, LogRing> _rings = new(StringComparer.Ordinal);
    private readonly int _mostBytes = bytesPerFunction;
    private int _share = bytesPerFunction;

    /// <summary>Retained lines with a sequence above <paramref name="after"/>, oldest first; 0 reads all.</summary>
    public IReadOnlyList<LogLine> Read(FunctionArn function, long after) =>
        _rings.TryGetValue(function.ToString(), out LogRing? ring) ? ring.Read(after) : [];

    /// <summary>First what <see cref="Read"/> gives, then every new line until cancelled; waits for functions that have not logged yet.</summary>
    public async IAsyncEnumerable<LogLine> FollowAsync(
        FunctionArn function, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LogRing ring = RingOf(function);
        using LogFollower follower = ring.Follow(after);
        await foreach (LogLine line in follower.ReadAllAsync(cancellationToken))
        {
            yield return line;
        }
    }

    internal LogRing RingOf(FunctionArn function)
    {
        string name = function.ToString();
        if (_rings.TryGetValue(name, out LogRing? ring))
        {
            return ring;
        }

        ring = _rings.GetOrAdd(name, static (_, logs) => new LogRing(logs.Share, logs.Time), (Share: Volatile.Read(ref _share), Time: time));
        Divide();
        return ring;
    }

    /// <summary>The function is gone. Who follows hears of one that takes its name.</summary>
    internal void Forget(FunctionArn function)
    {
        if (_rings.TryGetValue(function.ToString(), out LogRing? ring))
        {
            ring.Clear();
        }
    }

    /// <summary>Not for each function: only when a share would be half of what it was.</summary>
    private void Divide()
    {
        int share = (int)Math.Clamp(bytes / Math.Max(1, _rings.Count), Math.Min(LeastBytes, _mostBytes), _mostBytes);
        if (share > Volatile.Read(ref _share) / 2)
        {
            return;
        }

        Volatile.Write(ref _share, share);
        foreach (LogRing ring in _rings.Values)
        {
            ring.Shrink(share);
        }
    }
}
