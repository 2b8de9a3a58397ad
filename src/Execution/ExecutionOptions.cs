using System.Text;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Lamina.Sandbox;

namespace Lamina.Execution;

/// <summary>What the operator decides about execution.</summary>
public sealed record ExecutionOptions
{
    /// <summary>Folder with one folder per runtime family (<c>python</c>, <c>nodejs</c>); shown at /var/runtime.</summary>
    public required string RuntimesDirectory { get; init; }

    public SandboxNetwork Network { get; init; } = SandboxNetwork.Isolated;

    /// <summary>An environment that served nobody for so long is shut down, however much memory there is.</summary>
    public TimeSpan IdleTimeout { get; init; } = DefaultIdleTimeout;

    public static TimeSpan DefaultIdleTimeout => TimeSpan.FromHours(1);

    /// <summary>Bytes of memory that idle environments may hold together; above it those go that are worth least (<see cref="KeepAlive"/>).</summary>
    public long KeepMemoryBytes { get; init; } = DefaultKeepMemoryBytes;

    /// <summary>A quarter of the machine's memory.</summary>
    public static long DefaultKeepMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>
    /// How long an environment is idle before its processes are frozen: long enough that a function in steady use never is, short
    /// enough that nobody comes to rely on what runs meanwhile.
    /// </summary>
    public TimeSpan FreezeDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Living environments of all functions together. Above it idle ones make room, then starts wait.</summary>
    public int MaxEnvironments { get; init; } = 1_000;

    /// <summary>Sandboxes under construction at once; more only make each other slower.</summary>
    public int ConcurrentStarts { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>
    /// Bytes of memory that sandboxes made in advance may hold together; 0: none are made, every environment is started from the
    /// beginning.
    /// </summary>
    public long ShellMemoryBytes { get; init; } = DefaultShellMemoryBytes;

    /// <summary>A 16th of the machine's memory: a hundred waiting interpreters of Python, or twenty of Node.js, on one of 16 GB.</summary>
    public static long DefaultShellMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16;

    /// <summary>
    /// Bytes of memory that sandboxes may hold together which have imported in advance what a function imports out of its layers; 0:
    /// nothing is. Beside <see cref="ShellMemoryBytes"/>, without which there are none either.
    /// </summary>
    public long PrimeMemoryBytes { get; init; } = DefaultPrimeMemoryBytes;

    /// <summary>A 16th of the machine's memory: a dozen with NumPy and SciPy on one of 16 GB.</summary>
    public static long DefaultPrimeMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16;

    /// <summary>Folder for what is made of the code in layers, once for each stack of them; null: nothing is made. May be deleted at any time.</summary>
    public string? StackCacheDirectory { get; init; }

    /// <summary>Bytes that all of it may take together; 0: nothing is made.</summary>
    public long StackCacheBytes { get; init; } = Limits.StackCachesBytes;

    /// <summary>Asynchronous events that run at once.</summary>
    public int ConcurrentEvents { get; init; } = 100;

    /// <summary>Sets AWS_ENDPOINT_URL in environments, so that SDKs in functions talk to Lamina.</summary>
    public bool SetEndpointUrl { get; init; } = true;

    /// <summary>In which encoding a header of an answer of the AWS endpoint is sent into a sandbox; null for ASCII.</summary>
    public Func<string, Encoding?> AwsHeaderEncoding { get; init; } = static _ => null;

    /// <summary>
    /// Gets every line of a function's log as it is written, and the message of its event in CloudWatch Logs; must not wait and must not throw.
    /// </summary>
    public Action<FunctionVersion, LogLine, ReadOnlyMemory<byte>>? LogSink { get; init; }

    /// <summary>How long <see cref="Invoker.StopAsync"/> lets running invocations end.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of log lines kept in memory per function. What is older is read from the log group.</summary>
    public int LogBytesPerFunction { get; init; } = 256 * 1024;

    /// <summary>Bytes of log lines that are kept in memory for all functions together, as long as each has 4 KiB.</summary>
    public long LogBytes { get; init; } = 16L * 1024 * 1024;
}
