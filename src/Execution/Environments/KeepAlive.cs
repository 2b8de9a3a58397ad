namespace Lamina.Execution.Environments;

/// <summary>
/// Which idle environments are worth the memory they hold: Greedy-Dual, a cache's rule (FaasCache, ASPLOS 2021). An environment is worth
/// how often its function was invoked, times what starting another would cost, per byte it holds; on top of a clock that moves to the worth
/// of whatever was let go last, so that what is never used again grows old.
/// </summary>
/// <remarks>The clock is read without a lock; only <see cref="Choose"/>, which one thread at a time may call, moves it.</remarks>
/// <param name="budgetBytes">What idle environments may hold together.</param>
internal sealed class KeepAlive(long budgetBytes)
{
    /// <summary>Nothing costs less: namespaces and mounts are memory too, which nobody counts for a sandbox.</summary>
    public const long LeastBytes = 1 << 20;

    private double _clock;

    /// <summary>The worth of an environment that becomes idle now.</summary>
    /// <param name="invocations">Of its function, while it had environments.</param>
    public double Worth(long invocations, TimeSpan startCost, long bytes) =>
        Volatile.Read(ref _clock) + (invocations * startCost.TotalMilliseconds / Math.Max(bytes, LeastBytes));

    /// <summary>Those that have to go for the others to stay within the budget: least worth first, of equals the one idle longest.</summary>
    public IReadOnlyList<IdleEnvironment<T>> Choose<T>(IEnumerable<IdleEnvironment<T>> idle)
    {
        List<IdleEnvironment<T>> all = [.. idle];
        long over = all.Sum(static one => one.Bytes) - budgetBytes;
        if (over <= 0)
        {
            return [];
        }

        List<IdleEnvironment<T>> chosen = [];
        foreach (IdleEnvironment<T> least in all.OrderBy(static one => one.Worth).ThenBy(static one => one.Since))
        {
            chosen.Add(least);
            over -= least.Bytes;
            if (over <= 0)
            {
                break;
            }
        }

        Volatile.Write(ref _clock, Math.Max(_clock, chosen[^1].Worth));
        return chosen;
    }
}

/// <param name="Since">A time stamp: idle since then.</param>
/// <param name="Bytes">Of memory, at least <see cref="KeepAlive.LeastBytes"/>.</param>
internal readonly record struct IdleEnvironment<T>(T Environment, long Since, double Worth, long Bytes);
