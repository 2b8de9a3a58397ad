using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;

namespace Lamina.Sandbox;

/// <summary>Everything that decides what one sandbox shows and may use. Pure data; knows nothing of Lambda.</summary>
public sealed record SandboxSpec
{
    /// <summary>Unique among living sandboxes; letters, digits and '-', at most 64. Names the cgroup.</summary>
    public required string Id { get; init; }

    public required string HostName { get; init; }

    /// <summary>Absolute host folders merged read-only at /opt; a later one covers an earlier one.</summary>
    public required ImmutableArray<string> OptLayers { get; init; }

    /// <summary>Host folder shown read-only at /var/task; null shows an empty folder.</summary>
    public required string? TaskDirectory { get; init; }

    /// <summary>Host folder shown read-only at /var/runtime; null shows an empty folder.</summary>
    public required string? RuntimeDirectory { get; init; }

    /// <summary>Host folder shown read-only at /var/cache/lamina; null shows an empty folder. Not over an image's root.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>
    /// Absolute host folders of an image, the lowest first, that are the root in place of the machine's own; empty shows the latter.
    /// Whiteouts are devices 0/0, opaque folders have user.overlay.opaque. Their files belong to nobody the sandbox knows, in a sandbox of
    /// root's: what others may not read, its processes may not.
    /// </summary>
    public required ImmutableArray<string> RootLayers { get; init; }

    /// <summary>Further host files or folders shown read-only; over an image's root only where it has the path already.</summary>
    public required ImmutableArray<HostBind> HostBinds { get; init; }

    /// <summary>Size of the private, writable /tmp in bytes.</summary>
    public required long TmpSizeBytes { get; init; }

    public required SandboxLimits Limits { get; init; }

    /// <summary>
    /// /opt, the cache and /var/task, whose sizes and the memory limit are not known yet, come by <see cref="RunningSandbox.AttachAsync"/>, or one
    /// after the other; all must be empty here. Until then both are folders that hold nothing but an empty lib.
    /// </summary>
    public bool AwaitsContent { get; init; }

    public required SandboxNetwork Network { get; init; }

    /// <summary>Addresses to listen on inside the sandbox's network; the sockets come back in this order.</summary>
    public required ImmutableArray<IPEndPoint> Listen { get; init; }
}

/// <summary>What a sandbox that was made in advance is to show and may use; see <see cref="SandboxSpec"/>.</summary>
/// <param name="MemoryBytes">Memory the processes may use, apart from what lies in /tmp.</param>
public sealed record SandboxContent(ImmutableArray<string> OptLayers, string? TaskDirectory, long TmpSizeBytes, long MemoryBytes)
{
    /// <summary>Comes with the layers; null: the empty folder stays.</summary>
    public string? CacheDirectory { get; init; }
}

public sealed record HostBind(string HostPath, string SandboxPath);

/// <param name="MemoryBytes">Memory the processes may use, apart from what lies in /tmp.</param>
/// <param name="Cpus">CPU time per wall time; 0.5 is half a core.</param>
/// <param name="Processes">Processes and threads.</param>
/// <param name="OpenFiles">Open files of each process.</param>
public sealed record SandboxLimits(long MemoryBytes, double Cpus, int Processes, int OpenFiles);

public enum SandboxNetwork
{
    /// <summary>An own network with nothing but loopback.</summary>
    Isolated,

    /// <summary>The host's network.</summary>
    Host,
}

/// <summary>One program to run inside a sandbox. Its standard input is /dev/null, output and error are one stream, unless others are given.</summary>
public sealed record ProcessSpec
{
    /// <summary>Absolute path inside the sandbox, one relative to the working directory, or a name found in the environment's PATH; then the arguments.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>The whole environment as NAME=value, in this order.</summary>
    public required ImmutableArray<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>
    /// One: the <see cref="Terminal"/> it has. Three: its standard input, output and errors. None, as a rule. Whoever gives them disposes of
    /// them once the process has started; <see cref="SandboxProcess.Output"/> is empty then.
    /// </summary>
    public ImmutableArray<SafeHandle> Streams { get; init; } = [];
}

/// <summary>How a process ended: exactly one of status and signal is set.</summary>
/// <param name="OutOfMemory">The kernel or the supervisor killed it for passing the memory limit.</param>
public sealed record ProcessExit(int? Status, int? Signal, bool OutOfMemory);

/// <param name="PeakMemoryBytes">The most memory in use at once so far, apart from what lies in /tmp.</param>
public sealed record SandboxUsage(long PeakMemoryBytes, TimeSpan CpuTime);

/// <summary>A sandbox or process could not be made. The message names the step, the path and the errno.</summary>
public sealed class SandboxException : Exception
{
    public SandboxException(string message)
        : base(message)
    {
    }

    public SandboxException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Linux errno of the failing call, 0 when there was none.</summary>
    public int Errno { get; init; }

    /// <summary>The failing call, empty when there was none.</summary>
    public string Step { get; init; } = "";
}
