using System.Collections.Immutable;
using System.IO.Pipes;
using System.Net;
using System.Runtime.InteropServices;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Lamina.Sandbox;

namespace Lamina.Execution.Shells;

/// <summary>
/// A command in a fresh environment of a function: its mounts, variables, credentials and limits, and no runtime. Disposing ends every
/// process in it.
/// </summary>
public sealed class FunctionShell : IAsyncDisposable
{
    private static readonly byte[] EndOfTransmission = [4];

    private readonly List<IDisposable> _held = [];
    private readonly EnvironmentServices _services;
    private readonly IPAddress _address;
    private readonly SessionCredentials _session;
    private RunningSandbox? _sandbox;
    private SandboxProcess? _process;
    private Terminal? _terminal;
    private Task _accepting = Task.CompletedTask;

    private FunctionShell(EnvironmentServices services, FunctionVersion function)
    {
        _services = services;
        _address = services.Addresses.Take();
        _session = services.Roles.Open(function.Role, function.Arn);
    }

    public Stream Input { get; private set; } = Stream.Null;

    public Stream Output { get; private set; } = Stream.Null;

    /// <summary>Null where output and errors come together, as on a terminal.</summary>
    public Stream? Errors { get; private set; }

    /// <summary>Of a process that a signal ended 128 and its number, as shells have it.</summary>
    public async Task<int> ExitStatusAsync()
    {
        ProcessExit exit = await _process!.Exited;
        return exit.Status ?? 128 + exit.Signal!.Value;
    }

    /// <summary>There is no more to read for the command; a terminal says so as Ctrl-D does.</summary>
    public async Task EndInputAsync()
    {
        if (_terminal is null)
        {
            await Input.DisposeAsync();
        }
        else
        {
            await Input.WriteAsync(EndOfTransmission);
        }
    }

    public void Resize(int rows, int columns) => _terminal?.Resize(rows, columns);

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }

        await _accepting;
        _terminal?.Dispose();
        _held.ForEach(static held => held.Dispose());
        _services.Roles.Close(_session.AccessKeyId);
        _services.Addresses.Return(_address);
    }

    /// <exception cref="AwsError">The command cannot be started.</exception>
    internal static async Task<FunctionShell> OpenAsync(
        EnvironmentServices services, FunctionVersion function, ShellCommand command, CancellationToken cancellationToken)
    {
        FunctionShell shell = new(services, function);
        try
        {
            await shell.StartAsync(function, command, cancellationToken);
            return shell;
        }
        catch (Exception exception) when (exception is SandboxException or EntrypointException or IOException)
        {
            await shell.DisposeAsync();
            throw AwsError.InvalidParameterValue($"The command cannot be started in the function's environment: {exception.Message}");
        }
        catch
        {
            await shell.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync(FunctionVersion function, ShellCommand command, CancellationToken cancellationToken)
    {
        string id = Guid.NewGuid().ToString("N");
        EnvironmentPlan plan = await _services.Planner.PlanAsync(
            function, new EnvironmentIdentity(id, $"shell/{id}", "on-demand", _address, _session), cancellationToken);
        _held.Add(plan);
        _sandbox = await _services.Host.CreateAsync(plan.Sandbox, cancellationToken);
        _accepting = _services.Connections.AcceptAwsEndpointAsync(_sandbox.Listeners[1]);
        _sandbox.LimitCpus(EnvironmentPlanner.CpusFor(function));
        ProcessSpec process = plan.Process with
        {
            Environment = command.TerminalType is { } type ? plan.Process.Environment.Add($"TERM={type}") : plan.Process.Environment,
            Streams = OpenStreams(command),
        };
        try
        {
            _process = await StartAsync(_sandbox, process, command, cancellationToken);
        }
        finally
        {
            foreach (SafeHandle inside in process.Streams)
            {
                inside.Dispose();
            }
        }
    }

    /// <summary>What was asked for; else the best shell that there is.</summary>
    private static async Task<SandboxProcess> StartAsync(
        RunningSandbox sandbox, ProcessSpec process, ShellCommand command, CancellationToken cancellationToken)
    {
        if (!command.Arguments.IsEmpty)
        {
            return await sandbox.StartProcessAsync(process with { Arguments = command.Arguments }, cancellationToken);
        }

        try
        {
            return await sandbox.StartProcessAsync(process with { Arguments = ["/bin/bash"] }, cancellationToken);
        }
        catch (SandboxException missing) when (missing.Step == "execve")
        {
            return await sandbox.StartProcessAsync(process with { Arguments = ["/bin/sh"] }, cancellationToken);
        }
    }

    private ImmutableArray<SafeHandle> OpenStreams(ShellCommand command)
    {
        if (command.TerminalType is not null)
        {
            _terminal = Terminal.Open(command.Rows, command.Columns);
            Input = Output = _terminal.Stream;
            return [_terminal.Inside];
        }

        AnonymousPipeServerStream input = new(PipeDirection.Out);
        AnonymousPipeServerStream output = new(PipeDirection.In);
        AnonymousPipeServerStream errors = new(PipeDirection.In);
        _held.AddRange([input, output, errors]);
        (Input, Output, Errors) = (input, output, errors);
        return [input.ClientSafePipeHandle, output.ClientSafePipeHandle, errors.ClientSafePipeHandle];
    }
}
