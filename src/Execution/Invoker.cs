using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.Debugging;
using Lamina.Execution.Environments;
using Lamina.Execution.RuntimeApi;
using Lamina.Execution.Shells;
using Lamina.Execution.StackCaches;
using Lamina.Functions;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Sandbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution;

/// <summary>
/// The story of an invocation; never throws for what a function does.
/// 1. Admit: the account's concurrency in the region has room.
/// 2. Take an environment: the newest idle one, at once; else hold the version's archives, see that it is still what invocations
///    run, and wait for whichever comes first, an environment that is given back or a new one.
/// 3. Run: the environment's loop hands the event to the runtime and brings the outcome. It makes itself available again when
///    the runtime asks for its next event: to the first waiter, or among the idle ones.
/// </summary>
public sealed partial class Invoker : IAsyncDisposable
{
    // An environment may die between being taken and getting the event; a function whose every environment does is not tried for ever.
    private const int MaxAttempts = 10;

    private readonly ConcurrentDictionary<PoolKey, FunctionPool> _pools = new();
    /// <summary>
    /// Invocations that wait for an environment or found none: a retired pool may still start one for them. Entered before the version
    /// is looked up again: a collection reads the catalog first and these after it, so it sees the version in one of the two.
    /// </summary>
    private readonly ConcurrentDictionary<Invocation, FunctionVersion> _cold = new(ReferenceEqualityComparer.Instance);
    private readonly Func<FunctionVersion, bool> _isCurrent;
    private readonly KeepAlive _keepAlive;
    private readonly AdmissionDesk _desk;
    private readonly ExecutionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Invoker> _logger;
    private readonly EnvironmentPlanner _planner;
    private readonly ShellPool _shells;
    private readonly PrimedShells _primed;
    private readonly StackCaches.StackCaches _stackCaches;
    private readonly EnvironmentServices _services;
    private readonly EnvironmentStarter _starter;
    private readonly RuntimeApiServer _runtimeApi;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeriodicTimer _reapTimer;
    private Task _reaper = Task.CompletedTask;
    private int _running;
    private int _stopping;

    /// <param name="isCurrent">Whether invocations resolve to the version now. Asked before anything is started.</param>
    /// <param name="awsEndpoint">Serves what functions send to AWS_ENDPOINT_URL.</param>
    /// <param name="roles">Gives each environment the credentials of its function's role.</param>
    public Invoker(
        SandboxHost sandboxes,
        TreeStore trees,
        DevLayers devLayers,
        DevFunctions devFunctions,
        ImageLibrary images,
        RuntimeCatalog runtimes,
        Func<FunctionVersion, bool> isCurrent,
        FunctionConcurrency concurrency,
        RequestDelegate awsEndpoint,
        RoleAssumption roles,
        ExecutionOptions options,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _isCurrent = isCurrent;
        _options = options;
        _keepAlive = new KeepAlive(options.KeepMemoryBytes);
        _time = time;
        _logger = loggers.CreateLogger<Invoker>();
        Logs = new FunctionLogs(options.LogBytesPerFunction, options.LogBytes, time);
        _runtimeApi = new RuntimeApiServer(awsEndpoint, options.AwsHeaderEncoding, loggers);
        StackCacheStore stackCaches = new(options.StackCacheDirectory, options.StackCacheBytes, time, loggers.CreateLogger<StackCacheStore>());
        _planner = new EnvironmentPlanner(trees, devLayers, devFunctions, images, runtimes, stackCaches, options);
        _shells = new ShellPool(
            sandboxes, _runtimeApi.Connections, options, new QuietWork(IsBusy, time), time, loggers.CreateLogger<ShellPool>());
        QuietWork afterShells = new(() => IsBusy() || _shells.IsFilling, time);
        _primed = new PrimedShells(_shells, _planner, options.PrimeMemoryBytes, afterShells, time, loggers.CreateLogger<PrimedShells>());
        _stackCaches = new StackCaches.StackCaches(
            stackCaches, _shells, _planner, new QuietWork(() => IsBusy() || _shells.IsFilling, time), time, loggers.CreateLogger<StackCaches.StackCaches>());
        _services = new EnvironmentServices(
            sandboxes,
            _planner,
            _shells,
            _primed,
            _stackCaches,
            _runtimeApi.Connections,
            new LoopbackAddresses(options.Network),
            roles,
            options.FreezeDelay,
            _keepAlive,
            time,
            options.LogSink,
            loggers.CreateLogger<ExecutionEnvironment>());
        _starter = new EnvironmentStarter(options, EvictOne, loggers.CreateLogger<EnvironmentStarter>());
        _desk = new AdmissionDesk(concurrency, (admission, version) => NewPool(version, admission, new KeptEnvironments()));
        _reapTimer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(options.IdleTimeout.TotalSeconds / 10, 0.1, 1)), time);
    }

    public FunctionLogs Logs { get; }

    /// <summary>The function versions that an environment may be started for although the catalog has gone on.</summary>
    public IEnumerable<FunctionVersion> InService => _pools.Values.Select(static pool => pool.Function).Concat(_cold.Values);

    /// <summary>Opens the Runtime API; nothing can be invoked before.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _runtimeApi.StartAsync(cancellationToken);
        _starter.Start();
        _shells.Start();
        _primed.Start();
        _stackCaches.Start();
        _desk.Start();
        _reaper = Task.Run(ReapAsync, cancellationToken);
    }

    /// <param name="cancellationToken">Gives up waiting for an environment. An event that a runtime has is not called back.</param>
    public ValueTask<InvokeOutcome> InvokeAsync(FunctionVersion function, Invocation invocation, CancellationToken cancellationToken)
    {
        if (DebugSession.SettingOf(function) is { } port)
        {
            return DebugAsync(function, invocation, port, cancellationToken);
        }

        // 1. Admit.
        FunctionPool pool = PoolOf(function);
        Admission admission = Enter(ref pool);
        if (admission is Admission.RefusedByReservation or Admission.RefusedByAccount)
        {
            return ValueTask.FromResult(
                admission == Admission.RefusedByAccount ? InvokeOutcome.ThrottledByAccount : InvokeOutcome.ThrottledByReservation);
        }

        return RunAdmittedAsync(pool, admission, invocation, cancellationToken);
    }

    /// <summary>Runs one invocation in an environment of its own that waits for a debugger; it ends with it, or when the caller goes.</summary>
    public async ValueTask<InvokeOutcome> DebugAsync(
        FunctionVersion function, Invocation invocation, DebugSession session, CancellationToken cancellationToken)
    {
        FunctionAdmission admitting = _desk.Of(function.Arn);
        Admission admission = admitting.TryEnter();
        if (admission is Admission.RefusedByReservation or Admission.RefusedByAccount)
        {
            return admission == Admission.RefusedByAccount ? InvokeOutcome.ThrottledByAccount : InvokeOutcome.ThrottledByReservation;
        }

        FunctionVersion patient = function with { TimeoutSeconds = (int)DebugSession.Limit.TotalSeconds };
        FunctionPool pool = new(patient, admitting, kept: null, _services with { Debug = session }, _starter, Logs.RingOf(function.Arn));
        await using CancellationTokenRegistration gone = cancellationToken.UnsafeRegister(static session => ((DebugSession)session!).End(), session);
        try
        {
            return await RunAdmittedAsync(pool, admission, invocation, cancellationToken);
        }
        finally
        {
            pool.Retire();
        }
    }

    private async ValueTask<InvokeOutcome> DebugAsync(FunctionVersion function, Invocation invocation, int port, CancellationToken cancellationToken)
    {
        await using DebugSession session = DebugSession.Open(function, port);
        return await DebugAsync(function, invocation, session, cancellationToken);
    }

    /// <summary>Runs a command in a fresh environment of the function, without its runtime.</summary>
    /// <exception cref="AwsError">The command cannot be started.</exception>
    public Task<FunctionShell> OpenShellAsync(FunctionVersion function, ShellCommand command, CancellationToken cancellationToken) =>
        FunctionShell.OpenAsync(_services, function, command, cancellationToken);

    /// <summary>
    /// A function version changed or is gone (its key is then empty): environments with another key end. For the editor's Changed.
    /// </summary>
    public void Retire(FunctionVersion changed)
    {
        PoolKey current = PoolKey.Of(changed);
        foreach ((PoolKey key, FunctionPool pool) in _pools)
        {
            if (key != current && key with { EnvironmentKey = current.EnvironmentKey } == current && _pools.TryRemove(key, out _))
            {
                pool.Retire();
            }
        }

        if (changed.EnvironmentKey.Length == 0)
        {
            // What was provisioned for it is gone too.
            _desk.Refresh(changed.Arn);
            _shells.Remove(changed);
            _primed.Forget(changed);
            if (changed.Version == FunctionArn.Latest)
            {
                Logs.Forget(changed.Arn);
            }
        }
        else
        {
            _primed.Update(changed);
            Expect(changed);
        }
    }

    /// <summary>The function version may be invoked soon: a sandbox is made in advance that can serve it, if that is still free to serve.</summary>
    public void Expect(FunctionVersion function)
    {
        if (!_shells.IsOn)
        {
            return;
        }

        _shells.Forget(function);
        if (_planner.ShellFor(function) is { } kind)
        {
            _shells.Expect(kind, function);
        }
    }

    /// <summary>A runtime is another from now on: environments that were started with the former one end. For the added runtimes' Changed.</summary>
    public void RetireUsersOf(string runtime) => RetireWhere(function => function.Runtime == runtime);

    /// <summary>The same where the AWS SDK that a runtime ships is kept in this repository. For the image library's Renamed.</summary>
    public void RetireUsersOfSdk(string repository) => RetireWhere(function => RuntimeSdk.IsShown(repository, function.Runtime));

    /// <summary>
    /// What a layer shows to its own account changed: environments of functions that use the layer end, those that run after their
    /// invocation, and the next invocation starts one that sees the new content. For the dev layers' Changed.
    /// </summary>
    public void RetireUsersOf(LayerArn layer) =>
        RetireWhere(function => function.Account == layer.Account.Value && function.Layers.Any(used => layer.IsOf(used.Arn)));

    /// <summary>The same where a function's own code is another one now. For the dev functions' Changed.</summary>
    public void RetireUsersOf(FunctionArn function) => RetireWhere(used => used.Arn == function);

    private void RetireWhere(Func<FunctionVersion, bool> isConcerned)
    {
        _primed.UpdateAll();
        foreach ((PoolKey key, FunctionPool pool) in _pools)
        {
            if (isConcerned(pool.Function) && _pools.TryRemove(key, out _))
            {
                pool.Retire();
            }
        }
    }

    /// <summary>How far the provisioned environments of a version are; null when it has none.</summary>
    public ProvisionedState? FindProvisionedState(FunctionVersion version) => _desk.FindPool(version)?.ReadProvisionedState();

    /// <summary>Takes no more work, lets what runs end within the limit, then ends every environment.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
        {
            await _reaper;
            return;
        }

        if (Volatile.Read(ref _running) is > 0 and var running)
        {
            LogStopping(_logger, running);
        }

        _desk.Stop();
        _reapTimer.Dispose();
        await _reaper;
        if (Volatile.Read(ref _running) > 0)
        {
            await Task.WhenAny(_drained.Task, Task.Delay(_options.StopLimit, _time));
        }

        await _starter.StopAsync();
        await _starter.KillAllAsync();
        await _stackCaches.StopAsync();
        await _primed.StopAsync();
        await _shells.StopAsync();
        await _runtimeApi.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Memory that sandboxes made in advance may hold; 0: none are made.</summary>
    public long ShellMemoryBytes => _shells.IsOn ? _options.ShellMemoryBytes : 0;

    /// <summary>The sandboxes made in advance, by kind.</summary>
    public IReadOnlyList<ShellReport> ListShells() => _shells.List();

    /// <summary>Memory that sandboxes which have imported in advance may hold; 0: none are made.</summary>
    public long PrimeMemoryBytes => _primed.BudgetBytes;

    /// <summary>The functions whose imports out of layers are known, and the sandboxes that have made them.</summary>
    public IReadOnlyList<PrimedReport> ListPrimed() => _primed.List();

    /// <summary>Bytes on disk that caches of stacks of layers may take; 0: none are made.</summary>
    public long StackCacheBytes => _stackCaches.LimitBytes;

    /// <summary>The stacks of layers of which something was learnt since the server started, and their caches.</summary>
    public IReadOnlyList<StackCacheReport> ListStackCaches() => _stackCaches.List();

    /// <summary>In what the function starts when no environment of it is idle, and why.</summary>
    public StartPath DescribeStart(FunctionVersion function)
    {
        if (DebugSession.SettingOf(function) is not null)
        {
            return new StartPath(StartKind.Exact, "each invocation waits for a debugger");
        }

        StartPath start = _shells.Obstacle is { } obstacle ? new StartPath(StartKind.Exact, obstacle) : _planner.StartOf(function);
        object? prepared = _primed.Find(function) is { Imports.Count: > 0 } primed ? primed : _stackCaches.Find(function);
        return prepared is null ? start : start with { Why = $"{start.Why}; {prepared}" };
    }

    /// <summary>Completes when all the sandboxes that are wanted in advance now are ready.</summary>
    internal async Task ShellsReadyAsync()
    {
        await _shells.FullAsync();
        await _primed.FullAsync();
        await _stackCaches.FullAsync();
    }

    /// <summary>How many that had imported in advance have become functions' environments.</summary>
    internal long PrimedTaken => _primed.Taken;

    /// <summary>How many waiting interpreters have become functions' runtimes.</summary>
    internal long InterpretersTaken => _shells.InterpretersTaken;

    /// <summary>Whoever waits has the machine; what is done in advance can wait.</summary>
    private bool IsBusy() => !_cold.IsEmpty || Volatile.Read(ref _running) >= Environment.ProcessorCount;

    /// <summary>Completes when the version's provisioned environments are ready, or no more are tried.</summary>
    internal Task ProvisionedAsync(FunctionVersion version) => _desk.FindPool(version)?.ProvisionedAsync() ?? Task.CompletedTask;

    /// <summary>Completes when the environments that live now have ended.</summary>
    internal Task NoEnvironmentsLeftAsync() => _starter.AllEndedAsync();

    private ValueTask<InvokeOutcome> RunAdmittedAsync(
        FunctionPool pool, Admission admission, Invocation invocation, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        if (Volatile.Read(ref _stopping) != 0)
        {
            Leave(pool, admission);
            throw AwsError.Service("Lamina is shutting down.");
        }

        return RunAsync(pool, admission, invocation, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<InvokeOutcome> RunAsync(
        FunctionPool pool, Admission admission, Invocation invocation, CancellationToken cancellationToken)
    {
        bool cold = false;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                // 2. Take an environment.
                ExecutionEnvironment? warm = pool.TryTake();
                if (warm is null && !cold)
                {
                    cold = _cold.TryAdd(invocation, pool.Function);
                    if (!_isCurrent(pool.Function))
                    {
                        Forget(pool.Function);
                        return InvokeOutcome.VersionGone;
                    }
                }

                TakeResult taken = warm is not null ? new TakeResult(warm, null) : await WaitAsync(pool, cancellationToken);
                if (taken.Failure is { } failure)
                {
                    return Failed(failure, invocation);
                }

                // 3. Run.
                var job = new InvokeJob(invocation);
                taken.Environment!.Post(new EnvironmentEvent(EnvironmentEventKind.Invoke, job));
                InvokeOutcome? outcome = await job.Task;
                if (outcome is not null || attempt == MaxAttempts)
                {
                    return outcome ?? Failed(EnvironmentEnd.Shutdown("the execution environment ended before the event reached it"), invocation);
                }
            }
        }
        finally
        {
            if (cold)
            {
                _cold.TryRemove(invocation, out _);
            }

            Leave(pool, admission);
        }
    }

    /// <summary>What an invocation made for a version that was gone by then: nobody else will ask for it, or let it go.</summary>
    private void Forget(FunctionVersion gone)
    {
        if (_pools.TryRemove(PoolKey.Of(gone), out FunctionPool? pool))
        {
            pool.Retire();
        }
    }

    /// <summary>A provisioned environment that has nothing to do goes before all others.</summary>
    private static Admission Enter(ref FunctionPool pool)
    {
        if (pool.Admission.Provisioned.TryGetValue(pool.Function.Version, out FunctionPool? provisioned) && provisioned.TryEnter())
        {
            pool = provisioned;
            return Admission.Provisioned;
        }

        return pool.Admission.TryEnter();
    }

    private static InvokeOutcome Failed(EnvironmentEnd end, Invocation invocation) => InvokeOutcome.Of(
        InvokeResult.Crashed, new PayloadBuffer(ErrorPayloads.Of(end.ErrorType, invocation.RequestId, end.Message), null));

    private static async ValueTask<TakeResult> WaitAsync(FunctionPool pool, CancellationToken cancellationToken)
    {
        EnvironmentWaiter waiter = pool.TakeOrWait();
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((EnvironmentWaiter)state!).TrySetCanceled(token), waiter);
        return await waiter.Task;
    }

    private void Leave(FunctionPool pool, Admission admission)
    {
        if (admission == Admission.Provisioned)
        {
            pool.Leave();
        }
        else
        {
            pool.Admission.Leave(admission);
        }

        if (Interlocked.Decrement(ref _running) == 0 && Volatile.Read(ref _stopping) != 0)
        {
            _drained.TrySetResult();
        }
    }

    private FunctionPool PoolOf(FunctionVersion function)
    {
        PoolKey key = PoolKey.Of(function);
        return _pools.TryGetValue(key, out FunctionPool? pool)
            ? pool
            : _pools.GetOrAdd(key, static (_, context) => context.Invoker.CreatePool(context.Function), (Invoker: this, Function: function));
    }

    private FunctionPool CreatePool(FunctionVersion function) => NewPool(function, _desk.Of(function.Arn), kept: null);

    private FunctionPool NewPool(FunctionVersion function, FunctionAdmission admission, KeptEnvironments? kept) =>
        new(function, admission, kept, _services, _starter, Logs.RingOf(function.Arn));

    /// <summary>The idle environment that is worth least makes room for another function's; false when there is none.</summary>
    private bool EvictOne() => _pools.Values.SelectMany(static pool => pool.ListIdle()).OrderBy(static idle => idle.Worth)
        .Any(static idle => idle.Environment.Pool.TryEvict(idle.Environment.Environment));

    private async Task ReapAsync()
    {
        while (await _reapTimer.WaitForNextTickAsync())
        {
            long since = _time.GetTimestamp() - (long)(_options.IdleTimeout.TotalSeconds * _time.TimestampFrequency);
            foreach ((PoolKey key, FunctionPool pool) in _pools)
            {
                // An invocation may hold the pool at this moment: retired, it still serves and keeps nothing.
                if (pool.Reap(since) && _pools.TryRemove(key, out _))
                {
                    pool.Retire();
                }
            }

            foreach (IdleEnvironment<(FunctionPool Pool, ExecutionEnvironment Environment)> worthLeast
                in _keepAlive.Choose(_pools.Values.SelectMany(static pool => pool.ListIdle())))
            {
                worthLeast.Environment.Pool.TryEvict(worthLeast.Environment.Environment);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Stopping; invocations that still run: {Running}.")]
    private static partial void LogStopping(ILogger logger, int running);

    private readonly record struct PoolKey(string Account, string Region, string Name, string Version, string EnvironmentKey)
    {
        public static PoolKey Of(FunctionVersion function) =>
            new(function.Account, function.Region, function.Name, function.Version, function.EnvironmentKey);
    }
}
