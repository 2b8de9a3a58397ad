using System.Security.Cryptography;
using Lamina.Functions;

namespace Lamina.Execution.Environments;

/// <summary>
/// What a waiting invocation gets: an environment; or a failed init, which is tried again inside the invocation, in the
/// same log stream; or the end of a start that no second try would mend.
/// </summary>
internal readonly record struct TakeResult(ExecutionEnvironment? Environment, EnvironmentLog? FailedInit, EnvironmentEnd? Failure);

/// <summary>An invocation that found no idle environment. A cancelled one is passed over.</summary>
internal sealed class EnvironmentWaiter() : TaskCompletionSource<TakeResult>(TaskCreationOptions.RunContinuationsAsynchronously);

/// <summary>
/// The environments of one function version with one environment key. Idle ones are taken newest first, so that the oldest
/// can go; waiters are served first in, first out, by whichever environment comes free or ready.
/// </summary>
/// <remarks>Every waiter has a start request of its own, so a failed start wakes the first waiter and leaves nobody waiting for ever.</remarks>
internal sealed class FunctionPool(
    FunctionVersion function, ConcurrencyGate gate, EnvironmentServices services, EnvironmentStarter starter, LogRing logs)
{
    private readonly Lock _lock = new();
    private readonly List<(ExecutionEnvironment Environment, long Since)> _idle = [];
    private readonly Queue<EnvironmentWaiter> _waiters = new();
    private int _living;
    private bool _retired;

    public FunctionVersion Function { get; } = function;

    public ConcurrencyGate Gate { get; } = gate;

    public ExecutionEnvironment? TryTake()
    {
        lock (_lock)
        {
            while (_idle.Count > 0)
            {
                ExecutionEnvironment newest = _idle[^1].Environment;
                _idle.RemoveAt(_idle.Count - 1);
                if (newest.IsUsable)
                {
                    return newest;
                }
            }

            return null;
        }
    }

    public EnvironmentWaiter Enqueue()
    {
        var waiter = new EnvironmentWaiter();
        lock (_lock)
        {
            _waiters.Enqueue(waiter);
        }

        starter.Enqueue(new StartRequest(this, waiter, null, null));
        return waiter;
    }

    /// <summary>Makes an environment; the caller holds a place among the living for it.</summary>
    public ExecutionEnvironment Create(InvokeJob? boundJob, EnvironmentLog? continued)
    {
        string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        EnvironmentLog log = continued
            ?? new EnvironmentLog(logs, ReportLines.StreamName(services.Time.GetUtcNow(), Function.Version, id));
        var environment = new ExecutionEnvironment(services, this, log, id, boundJob);
        lock (_lock)
        {
            _living++;
        }

        starter.Add(environment);
        environment.Start();
        return environment;
    }

    /// <summary>An environment has finished its init, or an invocation.</summary>
    public void OnReady(ExecutionEnvironment environment)
    {
        lock (_lock)
        {
            if (TryServe_NeedsLock(environment))
            {
                return;
            }

            if (!_retired && !starter.IsStarved)
            {
                _idle.Add((environment, services.Time.GetTimestamp()));
                return;
            }
        }

        environment.Stop();
    }

    public void GiveBack(ExecutionEnvironment environment)
    {
        if (environment.IsUsable)
        {
            OnReady(environment);
        }
    }

    public void OnInitFailed(ExecutionEnvironment environment, EnvironmentEnd end) =>
        WakeFirst(end.Reason is EndReason.PlatformFailure
            ? new TakeResult(null, null, end)
            : new TakeResult(null, environment.Log, null));

    public void OnClosed(ExecutionEnvironment environment)
    {
        lock (_lock)
        {
            _living--;
            _idle.RemoveAll(idle => idle.Environment == environment);
        }

        starter.Remove(environment);
    }

    /// <summary>Ends environments that were idle at <paramref name="since"/> already. True when the pool is empty.</summary>
    public bool Reap(long since)
    {
        List<ExecutionEnvironment> expired = [];
        lock (_lock)
        {
            // The oldest lie first: newest-first taking leaves them untouched.
            while (_idle.Count > 0 && _idle[0].Since <= since)
            {
                expired.Add(_idle[0].Environment);
                _idle.RemoveAt(0);
            }
        }

        expired.ForEach(static environment => environment.Stop());
        lock (_lock)
        {
            return _living == 0 && _waiters.Count == 0;
        }
    }

    /// <summary>Ends one idle environment to make room for another function's; false when there is none.</summary>
    public bool TryEvictOldest()
    {
        ExecutionEnvironment oldest;
        lock (_lock)
        {
            if (_idle.Count == 0)
            {
                return false;
            }

            oldest = _idle[0].Environment;
            _idle.RemoveAt(0);
        }

        oldest.Stop();
        return true;
    }

    /// <summary>The function changed or is gone: what is idle ends now, what runs ends after its invocation.</summary>
    public void Retire()
    {
        ExecutionEnvironment[] idle;
        lock (_lock)
        {
            _retired = true;
            idle = [.. _idle.Select(static entry => entry.Environment)];
            _idle.Clear();
        }

        Array.ForEach(idle, static environment => environment.Stop());
    }

    public void WakeFirst(TakeResult result)
    {
        lock (_lock)
        {
            while (_waiters.TryDequeue(out EnvironmentWaiter? waiter))
            {
                if (waiter.TrySetResult(result))
                {
                    return;
                }
            }
        }
    }

    private bool TryServe_NeedsLock(ExecutionEnvironment environment)
    {
        while (_waiters.TryDequeue(out EnvironmentWaiter? waiter))
        {
            if (waiter.TrySetResult(new TakeResult(environment, null, null)))
            {
                return true;
            }
        }

        return false;
    }
}
