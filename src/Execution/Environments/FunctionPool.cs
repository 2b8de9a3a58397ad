using System.Security.Cryptography;
using Lamina.Functions;

namespace Lamina.Execution.Environments;

/// <summary>
/// The environments of one function version with one environment key. Idle ones are taken newest first, so that the oldest
/// can go; waiters are served first in, first out, by whichever environment comes free or ready.
/// </summary>
/// <remarks>
/// Nobody waits for ever: there are always at least as many starts as waiters, or the timer runs that will order what is
/// missing. An environment that has answered but whose runtime has yet to ask for its next event counts as one on its way,
/// for a moment: mostly it is back long before a new one could be made. Where the function's reservation is used up there is no other: its
/// return is waited for.
/// </remarks>
internal sealed class FunctionPool(
    FunctionVersion function, FunctionAdmission admission, KeptEnvironments? kept, EnvironmentServices services, EnvironmentStarter starter, LogRing logs)
{
    // About what starting a managed runtime costs: waiting longer for one that does not ask would cost more than another start.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly List<IdleEnvironment<ExecutionEnvironment>> _idle = [];
    private readonly WaitingLine _line = new();
    private ITimer? _timer;
    private bool _timerRuns;
    private int _living;

    /// <summary>How often environments came back from an invocation; decides what they are worth.</summary>
    private long _invocations;

    /// <summary>Environments that have answered and whose runtime has not asked for its next event yet.</summary>
    private int _responded;
    private bool _retired;

    public FunctionVersion Function { get; } = function;

    public FunctionAdmission Admission { get; } = admission;

    /// <summary>Its environments are provisioned concurrency: so many at all times, however idle.</summary>
    public bool IsProvisioned => kept is not null;

    /// <summary>From now on so many environments are kept, and started ahead of any invocation. For provisioned pools.</summary>
    public void Keep(int count)
    {
        int missing;
        ExecutionEnvironment[] surplus;
        lock (_lock)
        {
            kept!.Keep(count);
            missing = OrderKept_NeedsLock();
            surplus = [.. _idle.Take(kept.Surplus).Select(static entry => entry.Environment)];
            _idle.RemoveRange(0, surplus.Length);
            kept.Forget(surplus);
        }

        Array.ForEach(surplus, static environment => environment.Stop());
        Start(missing);
    }

    /// <summary>True when one of the kept environments has no invocation: it, or the one that takes its place, will serve.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            return !_retired && kept!.TryEnter();
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            kept!.Leave();
        }
    }

    public ProvisionedState ReadProvisionedState()
    {
        lock (_lock)
        {
            return kept!.State;
        }
    }

    /// <summary>Completes when the environments wanted now are ready, or no more are tried.</summary>
    public Task ProvisionedAsync()
    {
        lock (_lock)
        {
            return kept!.Settled;
        }
    }

    public ExecutionEnvironment? TryTake()
    {
        lock (_lock)
        {
            return TryTake_NeedsLock();
        }
    }

    /// <summary>What is idle by now; else whichever comes first, one that becomes available or a new one.</summary>
    public EnvironmentWaiter TakeOrWait()
    {
        var waiter = new EnvironmentWaiter();
        int missing = 0;
        lock (_lock)
        {
            if (TryTake_NeedsLock() is { } environment)
            {
                waiter.SetResult(new TakeResult(environment, null));
            }
            else
            {
                _line.Add(waiter);
                missing = Order_NeedsLock(patient: true);
            }
        }

        Start(missing);
        return waiter;
    }

    /// <summary>True when fewer wait than environments are being started: this start is then no longer counted. Kept ones need no waiter.</summary>
    public bool TryDropStart()
    {
        lock (_lock)
        {
            return (kept is null || _retired) && _line.TryDropStart();
        }
    }

    /// <summary>Makes an environment; the caller holds a place among the living for it.</summary>
    public ExecutionEnvironment Create()
    {
        string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var log = new EnvironmentLog(logs, ReportLines.StreamName(services.Time.GetUtcNow(), Function.Version, id), SinkOf(Function))
        {
            Filter = ApplicationLogFilter.Of(Function.Settings),
        };
        var environment = new ExecutionEnvironment(services, this, log, id);
        lock (_lock)
        {
            _living++;
        }

        starter.Add(environment);
        environment.Start();
        return environment;
    }

    private Action<LogLine, ReadOnlyMemory<byte>>? SinkOf(FunctionVersion function) =>
        services.LogSink is { } sink ? (line, message) => sink(function, line, message) : null;

    /// <summary>An environment that was started for the waiters is ready.</summary>
    public void OnStarted(ExecutionEnvironment environment)
    {
        lock (_lock)
        {
            _line.Starting--;
        }

        MakeAvailable(environment);
    }

    /// <summary>The init of an environment that was started for the waiters failed. It is tried again inside the next invocation.</summary>
    public void OnInitFailed(ExecutionEnvironment environment)
    {
        int missing;
        bool served;
        lock (_lock)
        {
            _line.Starting--;
            kept?.StartFailed();
            served = _line.TryServe(new TakeResult(environment, null)) || TryKeepIdle_NeedsLock(environment);
            missing = OrderKept_NeedsLock();
        }

        if (!served)
        {
            environment.Stop();
        }

        Start(missing);
    }

    /// <summary>A start ended without an environment.</summary>
    public void OnStartFailed(EnvironmentEnd end)
    {
        int missing;
        lock (_lock)
        {
            _line.Starting--;
            _line.TryServe(new TakeResult(null, end));
            kept?.StartFailed();
            missing = OrderKept_NeedsLock();
        }

        Start(missing);
    }

    /// <summary>The server stops: nothing is started in its place.</summary>
    public void OnStartRefused(EnvironmentEnd end)
    {
        lock (_lock)
        {
            _line.Starting--;
            _line.TryServe(new TakeResult(null, end));
        }
    }

    public void OnResponded()
    {
        lock (_lock)
        {
            _responded++;
        }
    }

    /// <summary>The runtime has asked for its next event.</summary>
    public void OnFinished(ExecutionEnvironment environment)
    {
        lock (_lock)
        {
            _responded--;
            _invocations++;
        }

        MakeAvailable(environment);
    }

    /// <summary>Its processes have ended after a crash or a timeout; the next invocation begins with an init.</summary>
    public void OnReset(ExecutionEnvironment environment)
    {
        bool served;
        lock (_lock)
        {
            _idle.RemoveAll(idle => idle.Environment == environment);
            served = kept is null && (_line.TryServe(new TakeResult(environment, null)) || TryKeepIdle_NeedsLock(environment));
        }

        if (!served)
        {
            environment.Stop();
        }
    }

    /// <summary>An environment that had answered will not come back as one that asked for its next event.</summary>
    public void OnLost()
    {
        lock (_lock)
        {
            _responded--;
        }
    }

    public void OnClosed(ExecutionEnvironment environment)
    {
        int missing;
        lock (_lock)
        {
            _living--;
            _idle.RemoveAll(idle => idle.Environment == environment);
            kept?.Forget([environment]);
            missing = Order_NeedsLock(patient: true) + OrderKept_NeedsLock();
        }

        starter.Remove(environment);
        Start(missing);
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
            return _living == 0 && _line.IsEmpty;
        }
    }

    /// <summary>What is idle now and may be ended: none of provisioned concurrency.</summary>
    public IReadOnlyList<IdleEnvironment<(FunctionPool Pool, ExecutionEnvironment Environment)>> ListIdle()
    {
        lock (_lock)
        {
            return kept is not null ? [] : [.. _idle.Select(idle => new IdleEnvironment<(FunctionPool, ExecutionEnvironment)>(
                (this, idle.Environment), idle.Since, idle.Worth, idle.Bytes))];
        }
    }

    /// <summary>Ends an environment to make room; false when it is not idle any more.</summary>
    public bool TryEvict(ExecutionEnvironment environment)
    {
        lock (_lock)
        {
            if (_idle.RemoveAll(idle => idle.Environment == environment) == 0)
            {
                return false;
            }
        }

        environment.Stop();
        return true;
    }

    /// <summary>The function changed or is gone: what is idle ends now, what runs ends after its invocation.</summary>
    public void Retire()
    {
        ExecutionEnvironment[] idle;
        int missing;
        lock (_lock)
        {
            _retired = true;
            _timer?.Dispose();
            _timer = null;
            missing = Order_NeedsLock(patient: false);
            idle = [.. _idle.Select(static entry => entry.Environment)];
            _idle.Clear();
        }

        Array.ForEach(idle, static environment => environment.Stop());
        Start(missing);
    }

    private void MakeAvailable(ExecutionEnvironment environment)
    {
        lock (_lock)
        {
            if (!environment.IsUsable || _line.TryServe(new TakeResult(environment, null)))
            {
                kept?.Remember(environment);
                return;
            }

            if (!_retired && (kept?.Remember(environment) ?? !starter.IsStarved))
            {
                AddIdle_NeedsLock(environment);
                return;
            }
        }

        environment.Stop();
    }

    private bool TryKeepIdle_NeedsLock(ExecutionEnvironment environment)
    {
        bool keeps = kept is null && !_retired && !starter.IsStarved && environment.IsUsable;
        if (keeps)
        {
            AddIdle_NeedsLock(environment);
        }

        return keeps;
    }

    private void AddIdle_NeedsLock(ExecutionEnvironment environment)
    {
        long bytes = Math.Max(environment.MemoryBytes, KeepAlive.LeastBytes);
        double worth = services.KeepAlive.Worth(_invocations, environment.StartCost, bytes);
        _idle.Add(new IdleEnvironment<ExecutionEnvironment>(environment, services.Time.GetTimestamp(), worth, bytes));
    }

    private int OrderKept_NeedsLock()
    {
        int missing = kept is null || _retired ? 0 : kept.MissingBeside(_line.Starting);
        _line.Starting += missing;
        return missing;
    }

    private ExecutionEnvironment? TryTake_NeedsLock()
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

    /// <summary>How many starts to enqueue now, counted as starting already.</summary>
    /// <param name="patient">What is on its way gets a moment to arrive.</param>
    private int Order_NeedsLock(bool patient)
    {
        int wanted = _line.WithoutStart;
        bool waits = !_retired && (patient || !Admission.AllowsAnother(_living));
        int missing = waits ? Math.Max(0, wanted - _responded) : wanted;
        _line.Starting += missing;
        if (wanted > missing && !_timerRuns)
        {
            _timerRuns = true;
            _timer ??= services.Time.CreateTimer(
                static pool => ((FunctionPool)pool!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(Patience, Timeout.InfiniteTimeSpan);
        }

        return missing;
    }

    private void OnTimer()
    {
        int missing;
        lock (_lock)
        {
            _timerRuns = false;
            missing = Order_NeedsLock(patient: false);
        }

        Start(missing);
    }

    private void Start(int missing)
    {
        for (; missing > 0; missing--)
        {
            starter.Enqueue(this);
        }
    }
}
