using System.Collections.Immutable;
using Lamina.Execution.RuntimeApi;
using Lamina.Sandbox;

namespace Lamina.Execution.Shells;

/// <summary>One sandbox made in advance, and the interpreter that waits in it. Whoever takes it owns what it holds.</summary>
internal sealed class Shell(RunningSandbox sandbox, SandboxDoor door, Task accepting, SandboxProcess? interpreter) : IAsyncDisposable
{
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

    public async ValueTask DisposeAsync()
    {
        await sandbox.DisposeAsync();
        await accepting;
    }

    // What the kernel keeps for namespaces and mounts is not counted for the cgroup: about 300 KB, most of it the network.
    private static long CostOf(RunningSandbox sandbox) => sandbox.ReadUsage().PeakMemoryBytes + (512 << 10);
}
