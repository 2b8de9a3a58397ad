using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text;
using Lamina.Execution.RuntimeApi;
using Lamina.Execution.StackCaches;
using Lamina.Sandbox;

namespace Lamina.Execution.Shells;

/// <summary>One sandbox made in advance, and the interpreter that waits in it. Whoever takes it owns what it holds.</summary>
internal sealed class Shell(RunningSandbox sandbox, SandboxDoor door, Task accepting, SandboxProcess? interpreter) : IAsyncDisposable
{
    private Task _reading = Task.CompletedTask;

    public RunningSandbox Sandbox => sandbox;

    public SandboxDoor Door => door;

    /// <summary>Completes when the sandbox's sockets are closed and nothing comes from it any more.</summary>
    public Task Accepting => accepting;

    /// <summary>Null in an empty one.</summary>
    public SandboxProcess? Interpreter => interpreter;

    public bool IsAlive => !sandbox.Gone.IsCompleted && interpreter is not { Exited.IsCompleted: true };

    /// <summary>Bytes of memory it costs to keep.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>/opt is there already, and imported from.</summary>
    public bool HasLayers { get; private set; }

    /// <summary>Makes a sandbox and waits until its interpreter does. Throws <see cref="SandboxException"/>.</summary>
    public static async Task<Shell> MakeAsync(
        ShellKind kind, string id, SandboxHost host, SandboxConnectionSource connections, TimeSpan limit, CancellationToken cancellationToken)
    {
        RunningSandbox sandbox = await host.CreateAsync(kind.Base with { Id = id, HostName = $"lambda-{id[..8]}" }, cancellationToken);
        SandboxDoor door = new();
        Task accepting = connections.AcceptAsync(door, sandbox.Listeners);
        Shell? shell = null;
        try
        {
            SandboxProcess? interpreter = kind.Interpreter is null ? null : await sandbox.StartProcessAsync(kind.Interpreter, cancellationToken);
            if (interpreter is not null)
            {
                await Task.WhenAny(door.Waiting, interpreter.Exited, sandbox.Gone).WaitAsync(limit, cancellationToken);
                if (!door.Waiting.IsCompleted)
                {
                    throw new SandboxException($"'{kind}' ended before it was ready");
                }
            }

            return shell = new Shell(sandbox, door, accepting, interpreter) { MemoryBytes = CostOf(sandbox) };
        }
        catch (TimeoutException exception)
        {
            throw new SandboxException($"'{kind}' was not ready within {limit.TotalSeconds} s", exception);
        }
        finally
        {
            if (shell is null)
            {
                await sandbox.DisposeAsync();
                await accepting;
            }
        }
    }

    /// <summary>
    /// Attaches /opt and has the interpreter, which there must be, import out of it. Completes when that waits again, or cannot. Throws
    /// <see cref="SandboxException"/>; <see cref="TimeoutException"/> when it has not within <paramref name="limit"/>.
    /// </summary>
    public async Task<ImportReport> PrimeAsync(PrimePlan plan, ImmutableArray<string> imports, TimeSpan limit, CancellationToken cancellationToken)
    {
        await sandbox.AttachLayersAsync(new SandboxContent(plan.Layers, null, plan.TmpSizeBytes, plan.MemoryBytes));
        HasLayers = true;
        ReadOnlyMemory<byte> variables = StartAnswer.Encode(plan.Variables);
        Task<ImportReport> reported = door.PrimeAsync(new StartAnswer(variables, imports, WantsReport: false));
        await Task.WhenAny(reported, interpreter!.Exited, sandbox.Gone).WaitAsync(limit, cancellationToken);
        if (!reported.IsCompleted)
        {
            return ImportReport.OfFault("an import ends the process");
        }

        ImportReport report = await reported;
        await interpreter.FlushOutputAsync(cancellationToken);
        MemoryBytes = CostOf(sandbox);
        return report.Fault is null && interpreter.Output.TryRead(out _) ? report with { Fault = "an import prints" } : report;
    }

    /// <summary>
    /// Has the interpreter, which there must be, load this out of its layers and send what it keeps of it. Null when all was sent, else what
    /// is wrong. Throws <see cref="SandboxException"/>; <see cref="TimeoutException"/> when it has not within <paramref name="limit"/>.
    /// </summary>
    /// <param name="sender">Sends what the interpreter has written when it has ended; null: it sends by itself.</param>
    public async Task<string?> MakeStackCacheAsync(
        ImmutableArray<string> units, StackCacheUpload upload, ProcessSpec? sender, TimeSpan limit, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes(string.Join('\n', units));
        Task<ImportReport> reported = door.MakeStackCacheAsync(new StartAnswer(body, [], WantsReport: false) { MakesStackCache = true }, upload);
        _reading = ReadAwayAsync(interpreter!.Output);
        await Task.WhenAny(reported, interpreter.Exited, sandbox.Gone).WaitAsync(limit, cancellationToken);
        if (sender is not null && !reported.IsCompleted && !sandbox.Gone.IsCompleted)
        {
            SandboxProcess sending = await sandbox.StartProcessAsync(sender, cancellationToken);
            _reading = Task.WhenAll(_reading, ReadAwayAsync(sending.Output));
            await Task.WhenAny(reported, sending.Exited, sandbox.Gone).WaitAsync(limit, cancellationToken);
        }

        return reported.IsCompleted ? (await reported).Fault : "loading it ends the process";
    }

    public async ValueTask DisposeAsync()
    {
        await sandbox.DisposeAsync();
        await accepting;
        await _reading;
    }

    // Nobody wants what it prints; and a process whose output is full waits.
    private static async Task ReadAwayAsync(PipeReader output)
    {
        ReadResult read;
        do
        {
            read = await output.ReadAsync(CancellationToken.None);
            output.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    // What the kernel keeps for namespaces and mounts is not counted for the cgroup: about 300 KB, most of it the network.
    private static long CostOf(RunningSandbox sandbox) => sandbox.ReadUsage().PeakMemoryBytes + (512 << 10);
}
