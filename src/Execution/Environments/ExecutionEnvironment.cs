using System.Collections.Immutable;
using System.Diagnostics;
using System.Threading.Channels;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.Debugging;
using Lamina.Execution.Extensions;
using Lamina.Execution.RuntimeApi;
using Lamina.Execution.Shells;
using Lamina.Execution.Telemetry;
using Lamina.Functions;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Environments;

/// <summary>What every environment of this process shares.</summary>
internal sealed record EnvironmentServices(
    SandboxHost Host,
    EnvironmentPlanner Planner,
    ShellPool Shells,
    PrimedShells Primed,
    StackCaches.StackCaches StackCaches,
    SandboxConnectionSource Connections,
    LoopbackAddresses Addresses,
    RoleAssumption Roles,
    TimeSpan FreezeDelay,
    KeepAlive KeepAlive,
    TimeProvider Time,
    Action<FunctionVersion, LogLine, ReadOnlyMemory<byte>>? LogSink,
    ILogger<ExecutionEnvironment> Logger)
{
    /// <summary>Of an environment that is started under a debugger: nothing times out in it.</summary>
    public DebugSession? Debug { get; init; }
}

/// <summary>
/// One sandbox serving one function version, one invocation at a time. One loop owns all of its state; HTTP handlers and the
/// invoker post events and await the reply. The loop runs on whoever posts when it has nothing else to do, so that a warm
/// invocation changes threads only where it must.
/// </summary>
/// <remarks>
/// Its life, as in Lambda:
/// 1. Init: external extensions are started, and when all of them have registered, the runtime; it ends when everybody has asked for
///    an event.
/// 2. Idle: when nothing comes for a moment, the processes are frozen.
/// 3. Invoke: the caller has the answer when the runtime gives it; the invocation ends when the runtime and the extensions that
///    registered for it ask for their next event.
/// 4. Reset: after a crash or a timeout the processes end and the sandbox stays, with its /tmp; the next invocation begins with an
///    init, within the function's own timeout. So does the first one when the init failed.
/// 5. Shutdown: at once without extensions; else these get their time.
/// A job the runtime never saw completes with null and goes elsewhere.
/// </remarks>
internal sealed partial class ExecutionEnvironment
{
    // Who has reported an error exits by itself; who does not is helped.
    private static readonly TimeSpan ErrorGrace = TimeSpan.FromMilliseconds(500);

    private readonly Channel<EnvironmentEvent> _events = Channel.CreateUnbounded<EnvironmentEvent>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly EnvironmentServices _services;
    private readonly FunctionPool _pool;
    private readonly InvocationRecorder _recorder;
    private readonly DeadlineTimer _deadline;
    private readonly EnvironmentSandbox _sandbox;
    private readonly TelemetryHub _telemetry;
    private readonly PlatformLog _platform;
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile EnvironmentState _state;
    private volatile bool _stopRequested;
    private volatile bool _extensionsOff;
    private RuntimeState _runtime;
    private ExtensionRoster _extensions;
    private ShutdownPhase? _shutdown;
    private EnvironmentState _failedIn;

    /// <summary>The first fatal error that a runtime or an extension reported; its process is expected to exit.</summary>
    private EnvironmentEnd? _reported;

    /// <summary>The runtime broke off its response, most likely by ending: that is heard of in a moment, or this is the fault.</summary>
    private EnvironmentEnd? _truncated;

    /// <summary>The invocation that contains the present init; null when the init is a phase of its own.</summary>
    private InvokeJob? _initJob;
    private InvokeJob? _job;
    private InvokeJob? _pending;
    private NextRequest? _next;

    public ExecutionEnvironment(EnvironmentServices services, FunctionPool pool, EnvironmentLog log, string id)
    {
        _services = services;
        _pool = pool;
        Id = id;
        Log = log;
        _extensions = new ExtensionRoster(pool.Function, []);
        _sandbox = new EnvironmentSandbox(services, this);
        services.Debug?.Attach(_sandbox.Address, _sandbox.OpenSocketAsync, Kill);
        _telemetry = new TelemetryHub(_sandbox.OpenSocketAsync, pool.Function.Settings.LogFormat == "JSON", services.Time);
        log.Telemetry = _telemetry;
        _platform = new PlatformLog(pool.Function, log, _telemetry, InitializationType, services.Time);
        _recorder = new InvocationRecorder(pool.Function, _platform, services.Time, reportsInit: !pool.IsProvisioned);
        _deadline = new DeadlineTimer(services.Time, () => Post(new EnvironmentEvent(EnvironmentEventKind.DeadlinePassed, null)));
    }

    public string Id { get; }

    public EnvironmentLog Log { get; }

    public FunctionVersion Function => _pool.Function;

    /// <summary>What its init took; zero until it is over.</summary>
    public TimeSpan StartCost => _recorder.LastInit;

    /// <summary>The most memory it has used, as far as that is known.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>A time stamp by the clock that measures invocations.</summary>
    public long Now => _services.Time.GetTimestamp();

    /// <summary>As AWS_LAMBDA_INITIALIZATION_TYPE says it.</summary>
    public string InitializationType => _pool.IsProvisioned ? "provisioned-concurrency" : "on-demand";

    /// <summary>A job posted now will be served, or come back undelivered.</summary>
    public bool IsUsable => _state is EnvironmentState.Idle or EnvironmentState.Frozen or EnvironmentState.Empty && !_stopRequested;

    /// <summary>A layer turns extensions off: their API is not there.</summary>
    public bool ExtensionsOff => _extensionsOff;

    /// <summary>The sandbox stands and its processes start, or neither ever will.</summary>
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

    /// <summary>Ends the environment now; extensions that have nothing to do get their time all the same.</summary>
    public void Kill() => Post(new EnvironmentEvent(EnvironmentEventKind.Kill, null));

    private async Task RunAsync()
    {
        try
        {
            await BeginInitAsync(initJob: null);
            _created.SetResult();
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

    private ValueTask HandleAsync(EnvironmentEvent happened)
    {
        switch (happened.Kind)
        {
            case EnvironmentEventKind.Invoke:
                return OnInvokeAsync((InvokeJob)happened.Subject!);
            case EnvironmentEventKind.Exited:
                return OnExitedAsync((ProcessEnd)happened.Subject!);
            case EnvironmentEventKind.DeadlinePassed:
                return OnDeadlineAsync();
            case EnvironmentEventKind.Stop:
                _stopRequested = true;
                return StopWhenIdleAsync();
            case EnvironmentEventKind.Kill:
                return OnKillAsync();
            default:
                return HandleCallAsync(happened);
        }
    }

    /// <summary>What runtime and extensions ask of their APIs.</summary>
    private ValueTask HandleCallAsync(EnvironmentEvent happened)
    {
        switch (happened.Kind)
        {
            case EnvironmentEventKind.Next:
                return OnNextAsync((NextRequest)happened.Subject!);
            case EnvironmentEventKind.NextAbandoned:
                _next = _next == happened.Subject ? null : _next;
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.ResponseBegun:
                OnResponseBegun((ResponseBegin)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.ResponseTruncated:
                OnResponseTruncated((string)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.Result:
                OnResult((PostedResult)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.InitError:
                OnInitError((PostedResult)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.Extension:
                return OnExtensionAsync((ExtensionCall)happened.Subject!);
            case EnvironmentEventKind.ExtensionAbandoned:
                _extensions.Forget((ExtensionCall)happened.Subject!);
                return ValueTask.CompletedTask;
            case EnvironmentEventKind.Subscribe:
                OnSubscribe((SubscribeCall)happened.Subject!);
                return ValueTask.CompletedTask;
            default:
                throw new UnreachableException();
        }
    }

    // ---- 1. Init ----------------------------------------------------------------------------------------------------------

    private async ValueTask BeginInitAsync(InvokeJob? initJob)
    {
        _initJob = initJob;
        _reported = null;
        _runtime = RuntimeState.Started;
        _telemetry.Open();
        EnvironmentEnd? fault = await _sandbox.PrepareAsync(_recorder, initJob);
        Transition(EnvironmentState.Init);
        ImmutableArray<string>? names = _sandbox.Plan?.Extensions;
        _extensionsOff = _sandbox.Plan is not null && names is null;
        _extensions = new ExtensionRoster(Function, names ?? []);
        TimeSpan initLimit = _services.Debug is not null ? DebugSession.Limit
            : _pool.IsProvisioned ? Limits.ProvisionedInitDuration : Limits.InitDuration;
        _deadline.Arm(initJob is null ? initLimit : TimeSpan.FromSeconds(Function.TimeoutSeconds));
        for (int i = 0; fault is null && i < _extensions.All.Count; i++)
        {
            fault = i == Limits.ExtensionsPerEnvironment
                ? EntrypointErrors.OfTooMany(_extensions.All[i])
                : await _sandbox.StartExtensionAsync(_extensions.All[i]);
        }

        await (fault is null ? AdvanceAsync() : FailAsync(fault));
    }

    private async ValueTask StartRuntimeAsync()
    {
        if (await _sandbox.StartRuntimeAsync() is { } fault)
        {
            await FailAsync(fault);
        }
    }

    private ValueTask EndInitAsync()
    {
        Transition(EnvironmentState.Idle);
        _telemetry.Close();
        _sandbox.EndInit();
        _recorder.InitDone(_extensions);
        if (_initJob is not null)
        {
            _pending = _initJob;
            TryDeliver();
            return ValueTask.CompletedTask;
        }

        _deadline.Arm(_services.FreezeDelay);
        _pool.OnStarted(this);
        return StopWhenIdleAsync();
    }

    private void OnInitError(PostedResult posted)
    {
        RuntimeState from = _runtime;
        RuntimeState? to = _state == EnvironmentState.Init ? from.After(RuntimeCall.InitError) : null;
        if (to is not null)
        {
            _runtime = to.Value;
            Expect(new EnvironmentEnd(EndReason.InitError, posted.ErrorType!, "the runtime reported an init error") { ReportedBody = posted.Body.Memory });
        }

        posted.TrySetResult(new RuntimeVerdict(to is null ? RuntimeVerdictKind.WrongState : RuntimeVerdictKind.Accepted, from));
    }

    /// <summary>A process has reported a fatal error and will exit.</summary>
    private void Expect(EnvironmentEnd reported)
    {
        _reported ??= reported;
        _deadline.Arm(ErrorGrace);
    }

    // ---- 2., 3. Idle and invoke -------------------------------------------------------------------------------------------

    private ValueTask OnInvokeAsync(InvokeJob job)
    {
        switch (_state)
        {
            case EnvironmentState.Idle or EnvironmentState.Frozen when _pending is null:
                Thaw();
                _pending = job;
                TryDeliver();
                if (_pending is not null)
                {
                    // The runtime hung up and may never ask again: the job goes elsewhere in the end.
                    _deadline.Arm(TimeSpan.FromSeconds(Function.TimeoutSeconds));
                }

                return ValueTask.CompletedTask;
            case EnvironmentState.Empty when !_stopRequested:
                return BeginInitAsync(job);
            default:
                job.TrySetResult(null);
                return ValueTask.CompletedTask;
        }
    }

    private ValueTask OnNextAsync(NextRequest request)
    {
        RuntimeState? to = IsServing(_state) ? _runtime.After(RuntimeCall.Next) : null;
        if (to is null)
        {
            request.Refuse(_runtime);
            return ValueTask.CompletedTask;
        }

        RuntimeState from = _runtime;
        _runtime = to.Value;
        if (from == RuntimeState.Running)
        {
            request.TrySetResult(_job);
            return ValueTask.CompletedTask;
        }

        // A runtime that lost its connection asks again; the newest request is the living one.
        _next?.TrySetResult(null);
        _next = request;
        switch (from)
        {
            case RuntimeState.Ready:
                TryDeliver();
                return ValueTask.CompletedTask;
            case RuntimeState.Started:
                _extensions.IsClosed = true;
                return AdvanceAsync();
            default:
                return _extensions.InvokeDone ? FinishInvocationAsync(runtimeDone: false) : RuntimeFirstAsync();
        }
    }

    /// <summary>The runtime has finished and extensions have not: everything it wrote before belongs to what it did.</summary>
    private async ValueTask RuntimeFirstAsync()
    {
        _job!.ExtensionsAloneAt = _services.Time.GetTimestamp();
        await _sandbox.DrainOutputAsync();
        _recorder.RuntimeDone(_job);
    }

    private void TryDeliver()
    {
        if (_state != EnvironmentState.Idle || _pending is not { } job || _next is not { } next)
        {
            return;
        }

        Transition(EnvironmentState.Invoking);
        _runtime = RuntimeState.Running;
        _pending = null;
        _next = null;
        _job = job;
        _truncated = null;
        _recorder.InvocationStarted(job);
        if (job != _initJob)
        {
            _deadline.Arm(TimeSpan.FromSeconds(Function.TimeoutSeconds));
        }

        _extensions.DeliverInvoke(job);
        next.TrySetResult(job);
    }

    private void OnResponseBegun(ResponseBegin begin)
    {
        RuntimeState from = _runtime;
        RuntimeState? to = _state == EnvironmentState.Invoking ? from.After(RuntimeCall.BeginResponse) : null;
        if (to is null || begin.RequestId != _job!.Invocation.RequestId)
        {
            begin.TrySetResult(new RuntimeVerdict(to is null ? RuntimeVerdictKind.WrongState : RuntimeVerdictKind.WrongRequestId, from));
            return;
        }

        if (_job.Invocation.Response is not null)
        {
            _runtime = to.Value;
            _job.ResponseBegunAt = _services.Time.GetTimestamp();
        }

        begin.Accept(_job.Invocation.Response, from);
    }

    private void OnResponseTruncated(string requestId)
    {
        if (_state == EnvironmentState.Invoking && _runtime == RuntimeState.Responding && requestId == _job!.Invocation.RequestId)
        {
            _truncated = new EnvironmentEnd(EndReason.Truncated, ErrorPayloads.TruncatedResponse, "the runtime broke off its response");
            _deadline.Arm(ErrorGrace);
        }
    }

    private void OnResult(PostedResult posted)
    {
        RuntimeState from = _runtime;
        RuntimeState? to = _state == EnvironmentState.Invoking ? from.After(posted.Call) : null;
        if (to is null || posted.RequestId != _job!.Invocation.RequestId)
        {
            posted.Refuse(to is null ? RuntimeVerdictKind.WrongState : RuntimeVerdictKind.WrongRequestId, from);
            return;
        }

        _runtime = to.Value;
        Transition(EnvironmentState.Responded);
        _pool.OnResponded();
        _recorder.Responded(_job, posted);
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

    private async ValueTask FinishInvocationAsync(bool runtimeDone)
    {
        InvokeJob job = _job!;
        _deadline.Arm(_services.FreezeDelay);
        TimeSpan duration = _recorder.Elapsed(job);
        TimeSpan? extensionOverhead = _extensions.IsEmpty ? null : _recorder.ExtensionOverhead(job);
        await _sandbox.DrainOutputAsync();
        if (!runtimeDone)
        {
            _recorder.RuntimeDone(job);
        }

        MemoryBytes = _sandbox.ReadPeakMemoryBytes();
        InvokeOutcome? outcome = _recorder.InvocationEnded(job, duration, MemoryBytes, fault: null, runtimeDone: true, extensionOverhead);
        Transition(EnvironmentState.Idle);
        _job = null;

        // Available before the caller hears: one that comes again at once finds it.
        _pool.OnFinished(this);
        if (outcome is not null)
        {
            job.TrySetResult(outcome);
        }

        await StopWhenIdleAsync();
    }

    /// <summary>What follows from what is known by now, in the phases that wait for several.</summary>
    private ValueTask AdvanceAsync()
    {
        switch (_state)
        {
            case EnvironmentState.Init when _sandbox.Runtime is null && _extensions.AllRegistered:
                return StartRuntimeAsync();
            case EnvironmentState.Init when _runtime == RuntimeState.Ready && _extensions.AllReady:
                return EndInitAsync();
            case EnvironmentState.Responded when _runtime == RuntimeState.Ready && _extensions.InvokeDone:
                return FinishInvocationAsync(runtimeDone: true);
            case EnvironmentState.Resetting or EnvironmentState.Stopping:
                return AdvanceShutdownAsync(deadlinePassed: false);
            default:
                return ValueTask.CompletedTask;
        }
    }

    private ValueTask OnExtensionAsync(ExtensionCall call)
    {
        if (_extensions.Take(call) is { } failed)
        {
            Expect(new EnvironmentEnd(
                EndReason.Extension,
                call.Kind == ExtensionCallKind.InitError ? ErrorPayloads.ExtensionInitError : ErrorPayloads.ExtensionExitError,
                $"extension {failed.Name} reported {call.ErrorType}"));
        }

        return AdvanceAsync();
    }

    private void OnSubscribe(SubscribeCall call)
    {
        Extension? extension = _extensions.Find(call.Id);
        if (call.IsRefused(extension, isClosed: !_telemetry.IsOpen))
        {
            return;
        }

        string? fault = _telemetry.Subscribe(extension!, call.Subscription!);
        if (fault is null)
        {
            _platform.Subscribed(extension!, call.Subscription!);
        }

        call.Complete(fault);
    }

    private void Freeze()
    {
        if (_sandbox.TryFreeze())
        {
            Transition(EnvironmentState.Frozen);
        }

        _deadline.Disarm();
    }

    private void Thaw()
    {
        if (_state == EnvironmentState.Frozen)
        {
            _sandbox.Thaw();
            Transition(EnvironmentState.Idle);
        }
    }

    // ---- 4. Reset ---------------------------------------------------------------------------------------------------------

    private ValueTask OnExitedAsync(ProcessEnd ended)
    {
        bool isRuntime = ended.Process == _sandbox.Runtime;
        Extension? extension = isRuntime ? null : _extensions.OfProcess(ended.Process);
        if (!isRuntime && extension is null)
        {
            // Of a former init.
            return ValueTask.CompletedTask;
        }

        if (extension is not null)
        {
            extension.HasEnded = true;
        }

        if (_state is EnvironmentState.Resetting or EnvironmentState.Stopping)
        {
            OnExpectedExit(extension, ended.Exit);
            return AdvanceShutdownAsync(deadlinePassed: false);
        }

        if (!IsServing(_state))
        {
            return ValueTask.CompletedTask;
        }

        if (ended.Exit is null)
        {
            return FailAsync(_reported ?? EnvironmentEnd.PlatformFailure(null));
        }

        EnvironmentEnd crash = isRuntime ? ErrorPayloads.OfExit(ended.Exit) : ErrorPayloads.OfExtensionExit(ended.Exit);
        // An extension that announced its error is blamed for that; what AWS shows as the message is how it exited.
        return FailAsync(_reported is null ? crash : _reported.Reason == EndReason.Extension ? _reported with { Message = crash.Message } : _reported);
    }

    private void OnExpectedExit(Extension? extension, ProcessExit? exit)
    {
        if (extension is null)
        {
            _shutdown!.RuntimeEnded();
        }
        else
        {
            extension.State = exit is { Status: 0 } ? ExtensionState.Exited : ExtensionState.ShutdownFailed;
        }
    }

    private ValueTask OnDeadlineAsync()
    {
        if (!_deadline.HasPassed())
        {
            return ValueTask.CompletedTask;
        }

        switch (_state)
        {
            case EnvironmentState.Idle when _pending is null:
                Freeze();
                return ValueTask.CompletedTask;
            case EnvironmentState.Idle:
                return CloseAsync(EnvironmentEnd.Shutdown("the runtime hung up"));
            case EnvironmentState.Resetting or EnvironmentState.Stopping:
                return AdvanceShutdownAsync(deadlinePassed: true);
            case EnvironmentState.Init or EnvironmentState.Invoking or EnvironmentState.Responded:
                EndReason reason = _state == EnvironmentState.Init && _initJob is null ? EndReason.InitTimeout : EndReason.Timeout;
                EnvironmentEnd timeout = new(reason, ErrorPayloads.TimedOut, ErrorPayloads.TimeoutMessage(Function.TimeoutSeconds));
                return FailAsync(_reported ?? _truncated ?? timeout);
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>A crash or a timeout: whoever waits is answered, the processes end, and the sandbox is used again if there is one.</summary>
    private async ValueTask FailAsync(EnvironmentEnd fault)
    {
        EnvironmentState from = _state;
        if (fault.Reason == EndReason.PlatformFailure)
        {
            await CloseAsync(fault);
            return;
        }

        LogClosing(_services.Logger, Id, Function.Name, from, fault.Reason);
        Thaw();
        Transition(EnvironmentState.Resetting);
        _telemetry.Close();
        _deadline.Disarm();
        _next?.TrySetResult(null);
        _next = null;
        if (_extensions.IsEmpty)
        {
            // Nobody to be told. All that was written is in the log before the answer is given.
            await _sandbox.EmptyAsync();
            Settle(from, fault);
            await EndResetAsync(from);
            return;
        }

        await _sandbox.DrainOutputAsync();
        Settle(from, fault);
        BeginShutdown(fault.Reason is EndReason.Timeout or EndReason.InitTimeout ? "timeout" : "failure", from);
        await AdvanceShutdownAsync(deadlinePassed: false);
    }

    private async ValueTask EndResetAsync(EnvironmentState from)
    {
        _pending?.TrySetResult(null);
        _pending = null;
        bool failedStart = from == EnvironmentState.Init && _initJob is null;
        _initJob = null;
        if (from == EnvironmentState.Responded)
        {
            _pool.OnLost();
        }

        if (!_stopRequested)
        {
            Transition(EnvironmentState.Empty);
        }

        if (failedStart)
        {
            _pool.OnInitFailed(this);
        }
        else
        {
            _pool.OnReset(this);
        }

        await StopWhenIdleAsync();
    }

    // ---- 5. Shutdown ------------------------------------------------------------------------------------------------------

    private ValueTask StopWhenIdleAsync()
    {
        if (!_stopRequested || _pending is not null)
        {
            return ValueTask.CompletedTask;
        }

        switch (_state)
        {
            case EnvironmentState.Idle or EnvironmentState.Frozen when !_extensions.IsEmpty:
                Thaw();
                Transition(EnvironmentState.Stopping);
                BeginShutdown("spindown", EnvironmentState.Stopping);
                return AdvanceShutdownAsync(deadlinePassed: false);
            case EnvironmentState.Idle or EnvironmentState.Frozen or EnvironmentState.Empty or EnvironmentState.Resetting when _shutdown is null:
                return CloseAsync(EnvironmentEnd.Shutdown("the environment was shut down"));
            default:
                return ValueTask.CompletedTask;
        }
    }

    private ValueTask OnKillAsync()
    {
        _stopRequested = true;
        return _state switch
        {
            EnvironmentState.Idle or EnvironmentState.Frozen when _pending is null => StopWhenIdleAsync(),
            EnvironmentState.Resetting or EnvironmentState.Stopping => ValueTask.CompletedTask,
            _ => CloseAsync(EnvironmentEnd.Shutdown("Lamina is shutting down")),
        };
    }

    private void BeginShutdown(string reason, EnvironmentState from)
    {
        _failedIn = from;
        _shutdown = new ShutdownPhase(reason, _extensions, _sandbox.Runtime, _deadline, _services.Time);
        _shutdown.Begin();
        _telemetry.Flush();
    }

    private async ValueTask AdvanceShutdownAsync(bool deadlinePassed)
    {
        if (_shutdown is null || !_shutdown.Advance(deadlinePassed))
        {
            _telemetry.Flush();
            return;
        }

        _shutdown = null;
        _deadline.Disarm();
        _extensions.HangUp();
        if (_state == EnvironmentState.Stopping)
        {
            await CloseAsync(EnvironmentEnd.Shutdown("the environment was shut down"));
            return;
        }

        await _telemetry.ClearAsync();
        await _sandbox.EmptyAsync();
        await EndResetAsync(_failedIn);
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
        await _telemetry.ClearAsync();
        await CloseSandboxAsync();
        _extensions.HangUp();
        Settle(from, end);
        _pending?.TrySetResult(null);
        if (from == EnvironmentState.Responded)
        {
            _pool.OnLost();
        }

        if (from is EnvironmentState.Starting or EnvironmentState.Init && _initJob is null)
        {
            _pool.OnStartFailed(end);
        }

        Transition(EnvironmentState.Closed);
        _pool.OnClosed(this);
    }

    private async ValueTask CloseSandboxAsync()
    {
        try
        {
            await _sandbox.CloseAsync();
        }
        catch (Exception exception)
        {
            // Whoever waits for this environment must hear of its end all the same.
            LogFailure(_services.Logger, exception, Id, Function.Name);
        }
    }

    /// <summary>Writes the end down, and gives the caller of the invocation that runs, or contains the init, an answer.</summary>
    private void Settle(EnvironmentState from, EnvironmentEnd end)
    {
        bool inInit = from is EnvironmentState.Starting or EnvironmentState.Init;
        bool failed = end.Reason != EndReason.Shutdown;
        if (inInit && failed)
        {
            _recorder.InitFailed(end, _extensions);
        }

        if (inInit && _initJob is not null)
        {
            if (!failed)
            {
                _initJob.TrySetResult(null);
                return;
            }

            _job = _initJob;
            _recorder.InvocationStarted(_job);
        }

        if (_job is { } job)
        {
            bool runtimeDone = from == EnvironmentState.Responded && _runtime == RuntimeState.Ready;
            InvokeOutcome? outcome = _recorder.InvocationEnded(job, _recorder.Elapsed(job), _sandbox.ReadPeakMemoryBytes(), end, runtimeDone);
            _job = null;
            if (outcome is not null)
            {
                job.TrySetResult(outcome);
            }
        }
    }

    private static bool IsServing(EnvironmentState state) => state is
        EnvironmentState.Init or EnvironmentState.Idle or EnvironmentState.Frozen or EnvironmentState.Invoking or EnvironmentState.Responded;

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

    [LoggerMessage(LogLevel.Debug, "The processes of environment {Id} of {Function} end in state {State}: {Reason}.")]
    private static partial void LogClosing(ILogger logger, string id, string function, EnvironmentState state, EndReason reason);
}
