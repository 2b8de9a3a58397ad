#pragma warning disable CA1822, IDE0060 // outline only: the room's first commit replaces this file
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Lamina.Sandbox;

/// <summary>One living sandbox. Disposing kills every process in it, waits until all are gone and removes cgroups and folders.</summary>
public sealed class RunningSandbox : IAsyncDisposable
{
    public string Id => throw new NotImplementedException();

    /// <summary>Listening sockets in the order of <see cref="SandboxSpec.Listen"/>; owned by the sandbox.</summary>
    public ImmutableArray<Socket> Listeners => throw new NotImplementedException();

    /// <summary>Completes when the sandbox is gone for whatever reason.</summary>
    public Task Gone => throw new NotImplementedException();

    /// <summary>Starts a program inside. Throws <see cref="SandboxException"/> when it cannot be executed (errno ENOENT, EACCES, ENOEXEC…).</summary>
    public Task<SandboxProcess> StartProcessAsync(ProcessSpec spec, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public SandboxUsage ReadUsage() => throw new NotImplementedException();

    /// <summary>SIGKILL to every process in the sandbox, at once.</summary>
    public void Kill() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>One program started inside a sandbox.</summary>
public sealed class SandboxProcess
{
    /// <summary>Standard output and error as written, in order. Completed when all writers have closed it.</summary>
    public PipeReader Output => throw new NotImplementedException();

    public Task<ProcessExit> Exited => throw new NotImplementedException();

    /// <summary>
    /// Returns when every byte the process had written before the call is readable from <see cref="Output"/>;
    /// needed to put a function's last line before END.
    /// </summary>
    public ValueTask FlushOutputAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public void Signal(int signal) => throw new NotImplementedException();
}
