using System.Net;
using Lamina.Access;
using Lamina.Access.Signatures;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Up;

/// <summary>What the operator decides at start.</summary>
internal sealed record UpOptions
{
    /// <summary>Port 0 picks a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Region of requests that do not say one.</summary>
    public required string Region { get; init; }

    /// <summary>Account of callers whose access key does not name one.</summary>
    public required AccountId Account { get; init; }

    public required LogLevel LogLevel { get; init; }

    public required SandboxNetwork FunctionNetwork { get; init; }

    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>Bytes that idle execution environments may hold together.</summary>
    public long KeepMemoryBytes { get; init; } = ExecutionOptions.DefaultKeepMemoryBytes;

    /// <summary>Memory that sandboxes made in advance may hold together; 0: none are made.</summary>
    public required long ShellMemoryBytes { get; init; }

    /// <summary>Memory that sandboxes may hold together in which imports out of layers are made in advance; 0: none are.</summary>
    public long PrimeMemoryBytes { get; init; } = ExecutionOptions.DefaultPrimeMemoryBytes;

    /// <summary>Bytes on disk that caches of stacks of layers may take together; 0: none are made.</summary>
    public long StackCacheBytes { get; init; } = Limits.StackCachesBytes;

    /// <summary>Which account belongs to which organisation.</summary>
    public required Organizations Organizations { get; init; }

    /// <summary>Bytes of code that an account may store in a region.</summary>
    public required long CodeStorageQuotaBytes { get; init; }

    /// <summary>POST /_lamina/reset empties the server. Only with a loopback address.</summary>
    public bool AllowReset { get; init; }

    /// <summary>The access keys that requests must be signed with; null: signatures are not verified.</summary>
    public ConfiguredKeys? Keys { get; init; }

    /// <summary>Whether callers may do only what their policies allow.</summary>
    public bool EnforceIam { get; init; }

    /// <summary>Types of resources that stacks may have although nothing serves them.</summary>
    public IReadOnlyList<string> AllowedUnserved { get; init; } = [];
}
