using System.Net.Sockets;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.Extensions;
using Lamina.Execution.Shells;
using Lamina.Execution.StackCaches;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Environments;

/// <summary>
/// What the machine holds of one execution environment: its sandbox, the processes in it, their output and their connections.
/// Started, read and ended by the environment's loop; tells it when a process has ended.
/// </summary>
internal sealed partial class EnvironmentSandbox(EnvironmentServices services, ExecutionEnvironment environment)
{
    private readonly System.Net.IPAddress _address = services.Addresses.Take();

    /// <summary>Of the processes of this init; those of former ones are ended and read to their end.</summary>
    private readonly List<OutputPump> _pumps = [];
    private readonly List<Task> _exitWatches = [];
    private SessionCredentials? _session;
    private RunningSandbox? _sandbox;

    /// <summary>Where the sandbox was made in advance: until the runtime has been begun in it.</summary>
    private Shell? _shell;

    /// <summary>Of the sandbox.</summary>
    private SandboxDoor? _door;
    private EnvironmentPlan? _plan;
    private Task _accepting = Task.CompletedTask;
    private long _formerPeakMemoryBytes;

    /// <summary>Null before it runs and after it was emptied out.</summary>
    public SandboxProcess? Runtime { get; private set; }

    public EnvironmentPlan? Plan => _plan;

    /// <summary>Its loopback address.</summary>
    public System.Net.IPAddress Address => _address;

    /// <summary>Makes what is not there yet, the sandbox and the plan for it. Null when all is there; otherwise why it is not.</summary>
    public async Task<EnvironmentEnd?> PrepareAsync(InvocationRecorder recorder, InvokeJob? initJob)
    {
        try
        {
            _session ??= services.Roles.Open(environment.Function.Role, environment.Function.Arn);
            _plan ??= await services.Planner.PlanAsync(
                environment.Function,
                new EnvironmentIdentity(environment.Id, environment.Log.Stream, environment.InitializationType, _address, _session)
                {
                    WaitsForDebugger = services.Debug is not null,
                },
                CancellationToken.None);
            recorder.InitStarted(_plan.RuntimeVersion, initJob);
            recorder.RunsOnDevContent(_plan.DevFunction, _plan.DevLayers);
            if (_plan.Image?.Fault() is { } fault)
            {
                return ImageNotLaunched(_plan.Image, fault);
            }

            if (_sandbox is null)
            {
                _sandbox = await TryAttachAsync(_plan) ?? await CreateAsync(_plan);
            }
            else
            {
                LimitCpus(_plan.Sandbox.Limits.Cpus);
            }

            return null;
        }
        catch (EntrypointException exception)
        {
            recorder.InitStarted(exception.RuntimeVersion, initJob);
            return new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidEntrypoint, exception.Message);
        }
        catch (Exception exception) when (exception is SandboxException or IOException or InvalidDataException or AwsError)
        {
            LogNotProvided(services.Logger, exception, environment.Id, environment.Function.Name);
            return EnvironmentEnd.PlatformFailure(exception);
        }
    }

    /// <summary>Null when it runs; otherwise why it does not.</summary>
    public async Task<EnvironmentEnd?> StartExtensionAsync(Extension extension)
    {
        string path = $"{ExtensionFiles.Folder}/{extension.Name}";
        try
        {
            extension.Process = await StartAsync(_plan!.ExtensionProcess(path), OutputSource.Extension);
            return null;
        }
        catch (SandboxException exception)
        {
            LogNotExecuted(services.Logger, exception, environment.Id, environment.Function.Name, path);
            extension.HasEnded = true;
            return EntrypointErrors.OfExtension(exception, extension, path);
        }
    }

    /// <summary>Null when it runs; otherwise why it does not.</summary>
    public async Task<EnvironmentEnd?> StartRuntimeAsync()
    {
        try
        {
            Func<ReadOnlyMemory<byte>?, bool>? learn = LearnerOf(_plan!);
            Runtime = TryBeginShell(_plan!, learn) ?? await StartAsync(ProcessOf(_plan!, learn), OutputSource.Function);
            return null;
        }
        catch (SandboxException exception)
        {
            LogNotExecuted(services.Logger, exception, environment.Id, environment.Function.Name, _plan!.Process.Arguments[0]);
            EnvironmentEnd end = EntrypointErrors.Of(exception, _plan);
            return _plan.Image is null ? end : ImageNotLaunched(_plan.Image, end);
        }
    }

    /// <summary>Returns when all that the processes have written so far is in the log.</summary>
    public ValueTask DrainOutputAsync() => _pumps.Count == 1 ? _pumps[0].DrainAsync(CancellationToken.None) : DrainAllAsync();

    /// <summary>Start-up is over: from now on the function has what its memory buys.</summary>
    public void EndInit()
    {
        _door?.EndLearning();
        LimitCpus(EnvironmentPlanner.CpusFor(environment.Function));
    }

    public long ReadPeakMemoryBytes() => Math.Max(_formerPeakMemoryBytes, _sandbox?.ReadPeakMemoryBytes() ?? 0);

    /// <summary>False where that is not to be had: the processes go on.</summary>
    public bool TryFreeze()
    {
        try
        {
            _sandbox!.Freeze();
            return true;
        }
        catch (SandboxException exception)
        {
            LogNotFrozen(services.Logger, exception, environment.Id, environment.Function.Name);
            return false;
        }
    }

    public void Thaw() => _sandbox!.Thaw();

    /// <summary>A socket in the sandbox's network; null when there is no sandbox.</summary>
    public Task<Socket?> OpenSocketAsync() => _sandbox?.OpenSocketAsync() ?? Task.FromResult<Socket?>(null);

    /// <summary>
    /// Ends every process; the sandbox and its /tmp stay, unless it was killed as a whole for its memory. All output is in the log then.
    /// </summary>
    public async Task EmptyAsync()
    {
        if (_sandbox is not null)
        {
            await _sandbox.EmptyAsync();
        }

        await Task.WhenAll(_pumps.Select(static pump => pump.Completion));
        await Task.WhenAll(_exitWatches);
        _pumps.Clear();
        _exitWatches.Clear();
        Runtime = null;
        _shell = null;
        _door?.EndLearning();
        if (_sandbox is { OutOfMemory: true } or { Gone.IsCompleted: true })
        {
            _formerPeakMemoryBytes = ReadPeakMemoryBytes();
            await _sandbox.DisposeAsync();
            await _accepting;
            _sandbox = null;
        }
    }

    /// <summary>Ends everything. All output is in the log then.</summary>
    public async Task CloseAsync()
    {
        if (_sandbox is not null)
        {
            _sandbox.Kill();
            _formerPeakMemoryBytes = ReadPeakMemoryBytes();
            await _sandbox.DisposeAsync();
        }

        await Task.WhenAll(_pumps.Select(static pump => pump.Completion));
        await Task.WhenAll([.. _exitWatches, _accepting]);
        _plan?.Dispose();
        services.Addresses.Return(_address);
        if (_session is not null)
        {
            services.Roles.Close(_session.AccessKeyId);
        }
    }

    private void LimitCpus(double cpus)
    {
        try
        {
            _sandbox?.LimitCpus(cpus);
        }
        catch (SandboxException exception)
        {
            LogNotLimited(services.Logger, exception, environment.Id, environment.Function.Name);
        }
    }

    private async Task<RunningSandbox> CreateAsync(EnvironmentPlan plan)
    {
        RunningSandbox sandbox = await services.Host.CreateAsync(plan.Sandbox, CancellationToken.None);
        _door = SandboxDoor.Of(environment);
        _accepting = services.Connections.AcceptAsync(_door, sandbox.Listeners);
        return sandbox;
    }

    /// <summary>Null when no sandbox was made in advance, or the one that was has died: then another is made.</summary>
    private async Task<RunningSandbox?> TryAttachAsync(EnvironmentPlan plan)
    {
        if (plan.Shell is not { } kind || Take(kind, plan) is not { } shell)
        {
            return null;
        }

        SandboxSpec wanted = plan.Sandbox;
        SandboxContent content = new(wanted.OptLayers, wanted.TaskDirectory, wanted.TmpSizeBytes, wanted.Limits.MemoryBytes)
        {
            CacheDirectory = wanted.CacheDirectory,
        };
        try
        {
            await (shell.HasLayers ? shell.Sandbox.AttachTaskAsync(content) : shell.Sandbox.AttachAsync(content));
            if (wanted.Limits.Cpus > kind.Base.Limits.Cpus)
            {
                shell.Sandbox.LimitCpus(wanted.Limits.Cpus);
            }
        }
        catch (SandboxException exception)
        {
            LogNotAttached(services.Logger, exception, environment.Id, environment.Function.Name);
            await shell.DisposeAsync();
            return null;
        }

        shell.Door.Open(environment);
        _door = shell.Door;
        _accepting = shell.Accepting;
        _shell = shell;
        return shell.Sandbox;
    }

    private Shell? Take(ShellKind kind, EnvironmentPlan plan)
    {
        Shell? primed = plan.Prime is { } prime ? services.Primed.TryTake(prime, environment.Function, plan.Sandbox.TaskDirectory!) : null;
        if (primed is null)
        {
            return services.Shells.TryTake(kind, environment.Function);
        }

        services.Shells.Forget(environment.Function);
        return primed;
    }

    /// <summary>The runtime that waits already becomes the function's; null when none does.</summary>
    private SandboxProcess? TryBeginShell(EnvironmentPlan plan, Func<ReadOnlyMemory<byte>?, bool>? learn)
    {
        if (_shell is not { Interpreter: { } interpreter } shell)
        {
            return null;
        }

        _shell = null;
        Watch(interpreter, OutputSource.Function);
        ReadOnlyMemory<byte> variables = StartAnswer.Encode(plan.Process.Environment, plan.StartProperties);
        StartAnswer answer = new(variables, [], WantsReport: learn is not null) { HasPathFiles = plan.HasPathFiles };
        shell.Door.Begin(answer, learn);
        return interpreter;
    }

    /// <summary>Who is to hear what the runtime loads out of its layers while it initialises; null: nobody.</summary>
    private Func<ReadOnlyMemory<byte>?, bool>? LearnerOf(EnvironmentPlan plan)
    {
        if (plan.StackCache is { } cache)
        {
            return services.StackCaches.LearnerOf(cache, environment.Function);
        }

        return plan.Prime is null ? null : text =>
        {
            services.Primed.Learn(environment.Function, plan.Prime.Value, ImportReport.Of(text));
            return true;
        };
    }

    /// <summary>A fresh process is told by its arguments that somebody wants to hear what it loads; one that waits is by the answer.</summary>
    private ProcessSpec ProcessOf(EnvironmentPlan plan, Func<ReadOnlyMemory<byte>?, bool>? learn)
    {
        if (plan.StackCache is null || learn is null)
        {
            return plan.Process;
        }

        _door!.Learn(learn);
        return plan.Process with { Arguments = StackCacheRules.WithLearning(plan.Process.Arguments) };
    }

    private async ValueTask DrainAllAsync()
    {
        foreach (OutputPump pump in _pumps)
        {
            await pump.DrainAsync(CancellationToken.None);
        }
    }

    private async Task<SandboxProcess> StartAsync(ProcessSpec spec, OutputSource source)
    {
        SandboxProcess process = await _sandbox!.StartProcessAsync(spec, CancellationToken.None);
        Watch(process, source);
        return process;
    }

    private void Watch(SandboxProcess process, OutputSource source)
    {
        var pump = new OutputPump(process, source, environment.Log);
        _pumps.Add(pump);
        pump.Start();
        _exitWatches.Add(WatchExitAsync(process, _sandbox!));
    }

    private EnvironmentEnd ImageNotLaunched(ImageLaunch image, EnvironmentEnd end)
    {
        environment.Log.AppendImageError(image, end.Message);
        return end;
    }

    private async Task WatchExitAsync(SandboxProcess process, RunningSandbox sandbox)
    {
        await Task.WhenAny(process.Exited, sandbox.Gone);
        ProcessExit? exit = process.Exited.IsCompletedSuccessfully ? await process.Exited : null;
        environment.Post(new EnvironmentEvent(EnvironmentEventKind.Exited, new ProcessEnd(process, exit)));
    }

    [LoggerMessage(LogLevel.Warning, "Environment {Id} of {Function} keeps the CPUs it had.")]
    private static partial void LogNotLimited(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Warning, "Environment {Id} of {Function} is not frozen.")]
    private static partial void LogNotFrozen(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Warning, "Environment {Id} of {Function}: the sandbox made in advance is of no use; another is made.")]
    private static partial void LogNotAttached(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Error, "Environment {Id} of {Function} could not be provided.")]
    private static partial void LogNotProvided(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Information, "Environment {Id} of {Function}: {Program} cannot be executed.")]
    private static partial void LogNotExecuted(ILogger logger, Exception exception, string id, string function, string program);
}
