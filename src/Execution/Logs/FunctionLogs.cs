using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Lamina.Contract;

namespace Lamina.Execution;

/// <summary>
/// The newest log lines of every function, in memory: one bounded ring per function. Readers take what is retained,
/// followers get every line from then on; a follower too slow for the function loses lines and is told how many.
/// </summary>
public sealed class FunctionLogs(int bytesPerFunction, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, LogRing> _rings = new(StringComparer.Ordinal);

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

    internal LogRing RingOf(FunctionArn function) =>
        _rings.GetOrAdd(function.ToString(), static (_, logs) => new LogRing(logs.Bytes, logs.Time), (Bytes: bytesPerFunction, Time: time));
}
