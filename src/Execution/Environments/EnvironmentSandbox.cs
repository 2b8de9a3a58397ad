using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Environments;

/// <summary>
/// What the machine holds of one execution environment: its sandbox, the process in it, that process's output and its
/// connections. Started, read and ended by the environment's loop; tells it when the process has ended.
/// </summary>
internal sealed partial class EnvironmentSandbox(EnvironmentServices services, ExecutionEnvironment environment)
{
    private readonly System.Net.IPAddress _address = services.Addresses.Take();
    private SessionCredentials? _session;
    private RunningSandbox? _sandbox;
    private EnvironmentPlan? _plan;
    private OutputPump? _pump;
    private Task _exitWatch = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Null when the process runs; otherwise why it does not.</summary>
    public async Task<EnvironmentEnd?> StartAsync(InvocationRecorder recorder)
    {
        EnvironmentPlan plan;
        try
        {
            _session = services.Roles.Open(environment.Function.Role, environment.Function.Name);
            _plan = plan = await services.Planner.PlanAsync(
                environment.Function,
                new EnvironmentIdentity(environment.Id, environment.Log.Stream, environment.InitializationType, _address, _session),
                CancellationToken.None);
            recorder.InitStarted(plan.RuntimeVersion);
            recorder.RunsOnDevContent(plan.DevLayers);
            if (plan.Image?.Fault() is { } fault)
            {
                return ImageNotLaunched(plan.Image, fault);
            }

            _sandbox = await services.Host.CreateAsync(plan.Sandbox, CancellationToken.None);
            _accepting = services.Connections.AcceptAsync(environment, _sandbox.Listeners);
        }
        catch (EntrypointException exception)
        {
            recorder.InitStarted(exception.RuntimeVersion);
            return new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidEntrypoint, exception.Message);
        }
        catch (Exception exception) when (exception is SandboxException or IOException or InvalidDataException or AwsError)
        {
            LogNotProvided(services.Logger, exception, environment.Id, environment.Function.Name);
            return EnvironmentEnd.PlatformFailure(exception);
        }

        return await StartProcessAsync(_sandbox, plan);
    }

    /// <summary>Returns when all that the process has written so far is in the log.</summary>
    public ValueTask DrainOutputAsync() => _pump!.DrainAsync(CancellationToken.None);

    /// <summary>Start-up is over: from now on the function has what its memory buys.</summary>
    public void EndInit()
    {
        try
        {
            _sandbox?.LimitCpus(EnvironmentPlanner.CpusFor(environment.Function));
        }
        catch (SandboxException exception)
        {
            LogNotLimited(services.Logger, exception, environment.Id, environment.Function.Name);
        }
    }

    public long ReadPeakMemoryBytes() => _sandbox?.ReadUsage().PeakMemoryBytes ?? 0;

    /// <summary>Ends everything. All output is in the log then. Returns the peak of the memory.</summary>
    public async Task<long> CloseAsync()
    {
        long peakMemoryBytes = 0;
        if (_sandbox is not null)
        {
            _sandbox.Kill();
            peakMemoryBytes = _sandbox.ReadUsage().PeakMemoryBytes;
            await _sandbox.DisposeAsync();
        }

        await (_pump?.Completion ?? Task.CompletedTask);
        await Task.WhenAll(_exitWatch, _accepting);
        _plan?.Dispose();
        services.Addresses.Return(_address);
        if (_session is not null)
        {
            services.Roles.Close(_session.AccessKeyId);
        }

        return peakMemoryBytes;
    }

    private async Task<EnvironmentEnd?> StartProcessAsync(RunningSandbox sandbox, EnvironmentPlan plan)
    {
        try
        {
            SandboxProcess process = await sandbox.StartProcessAsync(plan.Process, CancellationToken.None);
            _pump = new OutputPump(process, environment.Log);
            _pump.Start();
            _exitWatch = WatchExitAsync(process, sandbox);
            return null;
        }
        catch (SandboxException exception)
        {
            LogNotExecuted(services.Logger, exception, environment.Id, environment.Function.Name, plan.Process.Arguments[0]);
            EnvironmentEnd end = EntrypointErrors.Of(exception, plan);
            return plan.Image is null ? end : ImageNotLaunched(plan.Image, end);
        }
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
        environment.Post(new EnvironmentEvent(EnvironmentEventKind.Exited, exit));
    }

    [LoggerMessage(LogLevel.Warning, "Environment {Id} of {Function} keeps the CPUs of its start-up.")]
    private static partial void LogNotLimited(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Error, "Environment {Id} of {Function} could not be provided.")]
    private static partial void LogNotProvided(ILogger logger, Exception exception, string id, string function);

    [LoggerMessage(LogLevel.Information, "Environment {Id} of {Function}: {Program} cannot be executed.")]
    private static partial void LogNotExecuted(ILogger logger, Exception exception, string id, string function, string program);
}
