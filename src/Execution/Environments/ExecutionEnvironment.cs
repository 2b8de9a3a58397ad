using System.Diagnostics;
using System.Threading.Channels;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.RuntimeApi;
using Lamina.Functions;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Environments;

/// <summary>What every environment of this process shares.</summary>
internal sealed record EnvironmentServices(
    SandboxHost Host,
    EnvironmentPlanner Planner,
    SandboxConnectionSource Connections,
    LoopbackAddresses Addresses,
    RoleAssumption Roles,
    TimeProvider Time,
    Action<FunctionVersion, LogLine>? LogSink,
    ILogger<ExecutionEnvironment> Logger);

/// <summary>
/// One sandbox serving one function version, one invocation at a time. One loop owns all of its state; HTTP handlers and the
/// invoker post events and await the reply. The loop runs on whoever posts when it has nothing else to do, so that a warm
/// invocation changes threads only where it must.
/// </summary>
/// <remarks>
/// The caller has the answer when the runtime gives it; the invocation ends, and the environment is available again, when the
/// runtime asks for its next event. A job the runtime never saw completes with null and goes elsewhere.
/// </remarks>
internal sealed partial class ExecutionEnvironment
{
    // A runtime that has reported an init error exits by itself; one that does not is helped.
    private static readonly TimeSpan InitErrorGrace = TimeSpan.FromMilliseconds(500);

    private readonly Channel<EnvironmentEvent> _events = Channel.CreateUnbounded<EnvironmentEvent>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly EnvironmentServices _services;
    private readonly FunctionPool _pool;
    private readonly InvocationRecorder _recorder;
    private readonly DeadlineTimer _deadline;
    private readonly EnvironmentSandbox _sandbox;
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InvokeJob? _boundJob;

    private volatile EnvironmentState _state;
    private volatile bool _stopRequested;
    private EnvironmentEnd? _initError;
    private InvokeJob? _job;
    private InvokeJob? _pending;
    private NextRequest? _next;

    /// <param name="boundJob">
    /// Set for the second try after a failed init: the init then happens inside this invocation, within the function's own timeout.
    /// </param>
    public ExecutionEnvironment(EnvironmentServices services, FunctionPool pool, EnvironmentLog log, string id, InvokeJob? boundJob)
    {
        _services = services;
        _pool = pool;
        _boundJob = boundJob;
        Id = id;
        Log = log;
        _recorder = new InvocationRecorder(pool.Function, log, services.Time, reportsInit: !pool.IsProvisioned, boundJob);
        _deadline = new DeadlineTimer(services.Time, () => Post(new EnvironmentEvent(EnvironmentEventKind.DeadlinePassed, null)));
        _sandbox = new EnvironmentSandbox(services, this);
    }

    public string Id { get; }

    public EnvironmentLog Log { get; }

    public FunctionVersion Function => _pool.Function;

    /// <summary>As AWS_LAMBDA_INITIALIZATION_TYPE says it.</summary>
    public string InitializationType => _pool.IsProvisioned ? "provisioned-concurrency" : "on-demand";

    /// <summary>A job posted now will be served, or come back undelivered.</summary>
    public bool IsUsable => _state == EnvironmentState.Idle && !_stopRequested;

    /// <summary>The sandbox stands and its process runs, or neither ever will.</summary>
    public Task Created => _created.Task;

    /// <summary>The loop; completes when nothing of the environment is left.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start() => Completion = Task.Run(RunAsync);

    public void Post(EnvironmentEvent happened)
    {
        if (!_events.Writer.TryWrite(happened))
        {
            happened.Refuse();
        }
    }

    /// <summary>Ends the environment as soon as no invocation needs it.</summary>
    public void Stop() => Post(new EnvironmentEvent(EnvironmentEventKind.Stop, null));

    /// <summary>Ends the environment now.</summary>
    public void Kill() => Post(new EnvironmentEvent(EnvironmentEventKind.Kill, null));

    private async Task RunAsync()
    {
        try
        {
            await StartSandboxAsync();

            while (_state != EnvironmentState.Closed)
            {
                await HandleAsync(await _events.Reader.ReadAsync());
            }
        }
        catch (Exception exception)
        {
            // Only this environment is lost; the server and all others live on.
            LogFailure(_services.Logger, exception, Id, Function.Name);
            await CloseAsync(EnvironmentEnd.PlatformFailure(exception));
        }
        finally
        {
            _created.TrySetResult();
            _events.Writer.TryComplete();
            while (_events.Reader.TryRead(out EnvironmentEvent late))
            {
                late.Refuse();
            }
        }
    }

    private async ValueTask StartSandboxAsync()
    {
        EnvironmentEnd? failed = await _sandbox.StartAsync(_recorder);
        _created.SetResult();
        if (failed is not null)
        {
            await CloseAsync(failed);
            return;
        }

        Transition(EnvironmentState.Init);
        TimeSpan initLimit = _pool.IsProvisioned ? Limits.ProvisionedInitDuration : Limits.InitDuration;
        _deadline.Arm(_boundJob is null ? initLimit : TimeSpan.FromSeconds(Function.TimeoutSeconds));
    }

    private ValueTask HandleAsync(EnvironmentEvent happened)
    {
        switch (happened.Kind)
        {
            case EnvironmentEventKind.Invoke:
                OnInvoke((InvokeJob)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.Next:
                return OnNextAsync((NextRequest)happened.Subject!);
            case EnvironmentEventKind.NextAbandoned:
                _next = _next == happened.Subject ? null : _next;
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.Result:
                OnResult((PostedResult)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.InitError:
                OnInitError((PostedResult)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.Exited:
                return OnExitedAsync((ProcessExit?)happened.Subject);
            case EnvironmentEventKind.DeadlinePassed:
                return OnDeadlineAsync();
            case EnvironmentEventKind.Stop:
                _stopRequested = true;
                return StopWhenIdleAsync();
            case EnvironmentEventKind.Kill:
                return CloseAsync(EnvironmentEnd.Shutdown("Lamina is shutting down"));
            default:
                throw new UnreachableException();
        }
    }

    private void OnInvoke(InvokeJob job)
    {
        _pending = job;
        TryDeliver();
        if (_pending is not null)
        {
            // The runtime hung up and may never ask again: the job goes elsewhere in the end.
            _deadline.Arm(TimeSpan.FromSeconds(Function.TimeoutSeconds));
        }
    }

    private async ValueTask OnNextAsync(NextRequest request)
    {
        switch (_state)
        {
            case EnvironmentState.Init when _initError is null:
                Ready(request);
                break;
            case EnvironmentState.Idle:
                // A runtime that lost its connection asks again; the newest request is the living one.
                _next?.TrySetResult(null);
                _next = request;
                TryDeliver();
                break;
            case EnvironmentState.Invoking:
                // As AWS's supervisor does: asking again while owing an answer gives the same event again.
                request.TrySetResult(_job);
                break;
            case EnvironmentState.Responded:
                await FinishInvocationAsync(request);
                await StopWhenIdleAsync();
                break;
            default:
                request.TrySetResult(null);
                break;
        }
    }

    private void Ready(NextRequest request)
    {
        Transition(EnvironmentState.Idle);
        _sandbox.EndInit();
        _recorder.InitDone();
        _next = request;
        if (_boundJob is not null)
        {
            _pending = _boundJob;
            TryDeliver();
        }
        else
        {
            _deadline.Disarm();
            _pool.OnStarted(this);
        }
    }

    private void TryDeliver()
    {
        if (_state != EnvironmentState.Idle || _pending is not { } job || _next is not { } next)
        {
            return;
        }

        Transition(EnvironmentState.Invoking);
        _pending = null;
        _next = null;
        _job = job;
        _recorder.InvocationStarted(job);
        if (job != _boundJob)
        {
            _deadline.Arm(TimeSpan.FromSeconds(Function.TimeoutSeconds));
        }

        next.TrySetResult(job);
    }

    private void OnResult(PostedResult posted)
    {
        EnvironmentState from = _state;
        if (from != EnvironmentState.Invoking || posted.RequestId != _job!.Invocation.RequestId)
        {
            posted.Refuse(from == EnvironmentState.Invoking ? RuntimeVerdictKind.WrongRequestId : RuntimeVerdictKind.WrongState, from);
            return;
        }

        Transition(EnvironmentState.Responded);
        _pool.OnResponded();
        InvokeOutcome answer = posted.ToOutcome();
        if (_job.Invocation.WantsLogTail)
        {
            _job.Answer = answer;
        }
        else
        {
            _job.TrySetResult(answer);
        }

        posted.TrySetResult(new RuntimeVerdict(RuntimeVerdictKind.Accepted, from));
    }

    private void OnInitError(PostedResult posted)
    {
        bool accepted = _state == EnvironmentState.Init && _initError is null;
        if (accepted)
        {
            _initError = new EnvironmentEnd(EndReason.InitError, posted.ErrorType!, "the runtime reported an init error") { ReportedBody = posted.Body.Memory };
            _deadline.Arm(InitErrorGrace);
        }

        posted.TrySetResult(new RuntimeVerdict(accepted ? RuntimeVerdictKind.Accepted : RuntimeVerdictKind.WrongState, _state));
    }

    private ValueTask OnExitedAsync(ProcessExit? exit) =>
        CloseAsync(_initError ?? (exit is null ? EnvironmentEnd.PlatformFailure(null) : ErrorPayloads.OfExit(exit)));

    private ValueTask OnDeadlineAsync()
    {
        if (!_deadline.HasPassed())
        {
            return ValueTask.CompletedTask;
        }

        EndReason reason = _state == EnvironmentState.Init && _boundJob is null ? EndReason.InitTimeout : EndReason.Timeout;
        return CloseAsync(_initError ?? new EnvironmentEnd(reason, ErrorPayloads.TimedOut, ErrorPayloads.TimeoutMessage(Function.TimeoutSeconds)));
    }

    private ValueTask StopWhenIdleAsync() =>
        _stopRequested && _state == EnvironmentState.Idle && _pending is null
            ? CloseAsync(EnvironmentEnd.Shutdown("the environment was shut down"))
            : ValueTask.CompletedTask;

    /// <summary>The runtime asks for its next event: everything it wrote before belongs to the invocation that ends here.</summary>
    private async ValueTask FinishInvocationAsync(NextRequest request)
    {
        InvokeJob job = _job!;
        _deadline.Disarm();
        TimeSpan duration = _recorder.Elapsed(job);
        await _sandbox.DrainOutputAsync();
        InvokeOutcome? outcome = _recorder.InvocationEnded(job, duration, _sandbox.ReadPeakMemoryBytes(), end: null);
        Transition(EnvironmentState.Idle);
        _job = null;
        _next = request;

        // Available before the caller hears: one that comes again at once finds it.
        _pool.OnFinished(this);
        if (outcome is not null)
        {
            job.TrySetResult(outcome);
        }
    }

    private async ValueTask CloseAsync(EnvironmentEnd end)
    {
        if (_state is EnvironmentState.Closing or EnvironmentState.Closed)
        {
            return;
        }

        EnvironmentState from = _state;
        Transition(EnvironmentState.Closing);
        LogClosing(_services.Logger, Id, Function.Name, from, end.Reason);
        _deadline.Dispose();
        _next?.TrySetResult(null);
        long peakMemoryBytes = await CloseSandboxAsync();
        Settle(from, end, peakMemoryBytes);
        Transition(EnvironmentState.Closed);
        _pool.OnClosed(this, from);
    }

    private async ValueTask<long> CloseSandboxAsync()
    {
        try
        {
            return await _sandbox.CloseAsync();
        }
        catch (Exception exception)
        {
            // Whoever waits for this environment must hear of its end all the same.
            LogFailure(_services.Logger, exception, Id, Function.Name);
            return 0;
        }
    }

    /// <summary>Gives everybody who waits for this environment an answer.</summary>
    private void Settle(EnvironmentState from, EnvironmentEnd end, long peakMemoryBytes)
    {
        if (from is EnvironmentState.Starting or EnvironmentState.Init)
        {
            SettleInit(end, peakMemoryBytes);
        }
        else if (_job is not null)
        {
            SettleInvocation(_job, end, peakMemoryBytes);
        }

        _pending?.TrySetResult(null);
        _boundJob?.TrySetResult(null);
    }

    private void SettleInit(EnvironmentEnd end, long peakMemoryBytes)
    {
        bool failed = end.Reason != EndReason.Shutdown;
        if (failed)
        {
            _recorder.InitFailed(end);
        }

        if (_boundJob is null)
        {
            _pool.OnStartFailed(Log, end);
        }
        else if (failed)
        {
            _recorder.InvocationStarted(_boundJob);
            SettleInvocation(_boundJob, end, peakMemoryBytes);
        }
    }

    private void SettleInvocation(InvokeJob job, EnvironmentEnd end, long peakMemoryBytes)
    {
        if (_recorder.InvocationEnded(job, _recorder.Elapsed(job), peakMemoryBytes, end) is { } outcome)
        {
            job.TrySetResult(outcome);
        }
    }

    private void Transition(EnvironmentState to)
    {
        if (!EnvironmentStates.May(_state, to))
        {
            throw new UnreachableException($"An execution environment cannot go from {_state} to {to}.");
        }

        _state = to;
    }

    [LoggerMessage(LogLevel.Error, "Environment {Id} of {Function} failed; it is replaced.")]
    private static partial void LogFailure(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Debug, "Environment {Id} of {Function} ends in state {State}: {Reason}.")]
    private static partial void LogClosing(ILogger logger, string id, string function, EnvironmentState state, EndReason reason);
}
