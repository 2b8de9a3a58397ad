using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
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
    TimeProvider Time,
    ILogger<ExecutionEnvironment> Logger);

/// <summary>
/// One sandbox serving one function version, one invocation at a time. One loop owns all of its state; HTTP handlers and the
/// invoker post events and await the reply. The loop runs on whoever posts when it has nothing else to do, so that a warm
/// invocation changes threads only where it must.
/// </summary>
/// <remarks>
/// Once it has responded it may be taken again, although the runtime has yet to ask for its next event: the job waits here.
/// A job the runtime never saw completes with null and goes elsewhere.
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
    private readonly IPAddress _address;
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InvokeJob? _boundJob;

    private volatile EnvironmentState _state;
    private volatile bool _stopRequested;
    private RunningSandbox? _sandbox;
    private OutputPump? _pump;
    private Task _exitWatch = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;
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
        _recorder = new InvocationRecorder(pool.Function, log, services.Time, boundJob);
        _deadline = new DeadlineTimer(services.Time, () => Post(new EnvironmentEvent(EnvironmentEventKind.DeadlinePassed, null)));
        _address = services.Addresses.Take();
    }

    public string Id { get; }

    public EnvironmentLog Log { get; }

    public FunctionVersion Function => _pool.Function;

    /// <summary>A job posted now will be served, or come back undelivered.</summary>
    public bool IsUsable => _state is EnvironmentState.Idle or EnvironmentState.Responded && !_stopRequested;

    /// <summary>The sandbox stands and its process runs, or neither ever will.</summary>
    public Task Created => _created.Task;

    /// <summary>The loop; completes when nothing of the environment is left.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start() => Completion = Task.Run(RunAsync);

    public void Post(EnvironmentEvent happened)
    {
        if (!_events.Writer.TryWrite(happened))
        {
            Refuse(happened);
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
            EnvironmentEnd? failed = await StartSandboxAsync();
            _created.SetResult();
            if (failed is not null)
            {
                await CloseAsync(failed);
            }

            while (_state != EnvironmentState.Closed)
            {
                await HandleAsync(await _events.Reader.ReadAsync());
            }
        }
        catch (Exception exception)
        {
            // Only this environment is lost; the server and all others live on.
            LogFailure(_services.Logger, exception, Id, Function.Name);
            await CloseAsync(PlatformFailure(exception));
        }
        finally
        {
            _created.TrySetResult();
            _events.Writer.TryComplete();
            while (_events.Reader.TryRead(out EnvironmentEvent late))
            {
                Refuse(late);
            }
        }
    }

    /// <summary>Null when the process runs; otherwise why it does not.</summary>
    private async Task<EnvironmentEnd?> StartSandboxAsync()
    {
        EnvironmentPlan? plan = null;
        try
        {
            plan = await _services.Planner.PlanAsync(Function, Id, Log.Stream, _address, CancellationToken.None);
            _recorder.InitStarted(plan.RuntimeVersion);
            _sandbox = await _services.Host.CreateAsync(plan.Sandbox, CancellationToken.None);
            _accepting = _services.Connections.AcceptAsync(this, _sandbox.Listeners);
        }
        catch (EntrypointException exception)
        {
            _recorder.InitStarted(exception.RuntimeVersion);
            return new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidEntrypoint, exception.Message);
        }
        catch (Exception exception) when (exception is SandboxException or IOException or InvalidDataException or AwsError)
        {
            LogFailure(_services.Logger, exception, Id, Function.Name);
            return PlatformFailure(exception);
        }

        try
        {
            SandboxProcess process = await _sandbox.StartProcessAsync(plan.Process, CancellationToken.None);
            Transition(EnvironmentState.Init);
            _deadline.Arm(_boundJob is null ? Limits.InitDuration : TimeSpan.FromSeconds(Function.TimeoutSeconds));
            _pump = new OutputPump(process, Log);
            _pump.Start();
            _exitWatch = WatchExitAsync(process, _sandbox);
            return null;
        }
        catch (SandboxException exception)
        {
            LogNotExecuted(_services.Logger, exception, Id, Function.Name, plan.Process.Arguments[0]);
            return EntrypointErrors.Of(exception, plan);
        }
    }

    private async Task WatchExitAsync(SandboxProcess process, RunningSandbox sandbox)
    {
        await Task.WhenAny(process.Exited, sandbox.Gone);
        Post(new EnvironmentEvent(EnvironmentEventKind.Exited, process.Exited.IsCompletedSuccessfully ? await process.Exited : null));
    }

    private ValueTask HandleAsync(EnvironmentEvent happened)
    {
        switch (happened.Kind)
        {
            case EnvironmentEventKind.Invoke:
                _pending = (InvokeJob)happened.Subject!;
                TryDeliver();
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
                await FinishInvocationAsync();
                _next = request;
                TryDeliver();
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
            _pool.OnReady(this);
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
            posted.Body.Return();
            posted.TrySetResult(new RuntimeVerdict(
                from == EnvironmentState.Invoking ? RuntimeVerdictKind.WrongRequestId : RuntimeVerdictKind.WrongState, from));
            return;
        }

        Transition(EnvironmentState.Responded);
        InvokeOutcome answer = posted.Kind switch
        {
            PostedKind.Response => InvokeOutcome.Of(InvokeResult.Succeeded, posted.Body),
            PostedKind.Error => InvokeOutcome.Of(InvokeResult.FunctionFailed, posted.Body),
            _ => InvokeOutcome.Of(InvokeResult.FunctionFailed, new PayloadBuffer(ErrorPayloads.ResponseTooLarge, null)),
        };
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
        CloseAsync(_initError ?? (exit is null ? PlatformFailure(null) : ErrorPayloads.OfExit(exit)));

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
    private async ValueTask FinishInvocationAsync()
    {
        InvokeJob job = _job!;
        _deadline.Disarm();
        TimeSpan duration = _recorder.Elapsed(job);
        await _pump!.DrainAsync(CancellationToken.None);
        _recorder.InvocationEnded(job, duration, _sandbox!.ReadUsage().PeakMemoryBytes, end: null);
        Transition(EnvironmentState.Idle);
        _job = null;
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
        long peakMemoryBytes = 0;
        if (_sandbox is not null)
        {
            _sandbox.Kill();
            peakMemoryBytes = _sandbox.ReadUsage().PeakMemoryBytes;
            await _sandbox.DisposeAsync();
        }

        await (_pump?.Completion ?? Task.CompletedTask);
        await Task.WhenAll(_exitWatch, _accepting);
        _services.Addresses.Return(_address);
        Settle(from, end, peakMemoryBytes);
        Transition(EnvironmentState.Closed);
        _pool.OnClosed(this);
    }

    /// <summary>Gives everybody who waits for this environment an answer.</summary>
    private void Settle(EnvironmentState from, EnvironmentEnd end, long peakMemoryBytes)
    {
        bool neverReady = from is EnvironmentState.Starting or EnvironmentState.Init;
        if (neverReady && end.Reason != EndReason.Shutdown)
        {
            _recorder.InitFailed(end);
            if (_boundJob is null)
            {
                _pool.OnInitFailed(this, end);
            }
            else
            {
                _recorder.InvocationStarted(_boundJob);
                _recorder.InvocationEnded(_boundJob, _recorder.Elapsed(_boundJob), peakMemoryBytes, end);
            }
        }
        else if (_job is not null)
        {
            _recorder.InvocationEnded(_job, _recorder.Elapsed(_job), peakMemoryBytes, end);
        }

        _pending?.TrySetResult(null);
        _boundJob?.TrySetResult(null);
    }

    private void Transition(EnvironmentState to)
    {
        if (!EnvironmentStates.May(_state, to))
        {
            throw new UnreachableException($"An execution environment cannot go from {_state} to {to}.");
        }

        _state = to;
    }

    private static void Refuse(EnvironmentEvent late)
    {
        switch (late.Subject)
        {
            case InvokeJob job:
                job.TrySetResult(null);
                break;
            case NextRequest next:
                next.TrySetResult(null);
                break;
            case PostedResult posted:
                posted.Body.Return();
                posted.TrySetResult(new RuntimeVerdict(RuntimeVerdictKind.WrongState, EnvironmentState.Closed));
                break;
        }
    }

    private static EnvironmentEnd PlatformFailure(Exception? cause) =>
        new(EndReason.PlatformFailure, ErrorPayloads.SandboxFailure, "the execution environment could not be provided") { Cause = cause };

    [LoggerMessage(LogLevel.Error, "Environment {Id} of {Function} failed; it is replaced.")]
    private static partial void LogFailure(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Information, "Environment {Id} of {Function}: {Program} cannot be executed.")]
    private static partial void LogNotExecuted(ILogger logger, Exception exception, string id, string function, string program);

    [LoggerMessage(LogLevel.Debug, "Environment {Id} of {Function} ends in state {State}: {Reason}.")]
    private static partial void LogClosing(ILogger logger, string id, string function, EnvironmentState state, EndReason reason);
}
