using System.IO.Pipelines;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>One program started inside a sandbox.</summary>
public sealed class SandboxProcess
{
    private readonly RunningSandbox _sandbox;
    private readonly uint _tag;
    private readonly OutputStream _output;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal SandboxProcess(RunningSandbox sandbox, uint tag, OutputStream output)
    {
        _sandbox = sandbox;
        _tag = tag;
        _output = output;
    }

    /// <summary>Standard output and error as written, in order. Completed when all writers have closed it.</summary>
    public PipeReader Output => _output.Reader;

    public Task<ProcessExit> Exited => _exited.Task;

    internal Task Started => _started.Task;

    /// <summary>
    /// Returns when every byte the process had written before the call is readable from <see cref="Output"/>;
    /// needed to put a function's last line before END. Waits for the reader when it is far behind.
    /// </summary>
    /// <returns>How many bytes have become readable since the process was started, these included.</returns>
    public ValueTask<long> FlushOutputAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    public void Signal(int signal) => _sandbox.Signal(_tag, signal);

    internal void OnStarted(Descriptor output)
    {
        _output.Attach(output);
        _started.TrySetResult();
    }

    internal void OnNotStarted(SandboxException reason)
    {
        _started.TrySetException(reason);
        _output.Finish();
    }

    /// <summary>A wait status: the low seven bits are the signal, the next byte the exit status.</summary>
    internal void OnExited(int waitStatus, bool outOfMemory)
    {
        var signal = waitStatus & 0x7F;
        _exited.TrySetResult(signal == 0
            ? new ProcessExit((waitStatus >> 8) & 0xFF, null, outOfMemory)
            : new ProcessExit(null, signal, outOfMemory));
    }

    /// <summary>Init is dead, so no one reports any more: whatever had not ended was killed with it.</summary>
    internal void OnSandboxGone(SandboxException reason, bool outOfMemory)
    {
        _started.TrySetException(reason);
        _output.Finish();
        _exited.TrySetResult(new ProcessExit(null, LibC.SIGKILL, outOfMemory));
    }
}
