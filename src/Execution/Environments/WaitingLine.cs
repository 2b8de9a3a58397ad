namespace Lamina.Execution.Environments;

/// <summary>
/// What a waiting invocation gets: an environment, which may be one whose init failed and is tried again inside the invocation;
/// or the end of a start that no second try would mend.
/// </summary>
internal readonly record struct TakeResult(ExecutionEnvironment? Environment, EnvironmentEnd? Failure);

/// <summary>An invocation that found no idle environment. A cancelled one is passed over.</summary>
internal sealed class EnvironmentWaiter() : TaskCompletionSource<TakeResult>(TaskCreationOptions.RunContinuationsAsynchronously);

/// <summary>The waiters of one pool, first in, first out, and how many environments are being started for them. Guarded by the pool's lock.</summary>
internal sealed class WaitingLine
{
    private readonly Queue<EnvironmentWaiter> _waiters = new();

    /// <summary>Starts ordered and not ended; whoever orders one adds it here.</summary>
    public int Starting { get; set; }

    public bool IsEmpty => _waiters.Count == 0 && Starting == 0;

    /// <summary>Waiters for whom no start is under way; cancelled ones may be among them.</summary>
    public int WithoutStart => Math.Max(0, _waiters.Count - Starting);

    public void Add(EnvironmentWaiter waiter) => _waiters.Enqueue(waiter);

    public bool TryServe(TakeResult result)
    {
        while (_waiters.TryDequeue(out EnvironmentWaiter? waiter))
        {
            if (waiter.TrySetResult(result))
            {
                return true;
            }
        }

        return false;
    }

    public bool TryDropStart()
    {
        if (_waiters.Count(static waiter => !waiter.Task.IsCompleted) >= Starting)
        {
            return false;
        }

        Starting--;
        return true;
    }
}
