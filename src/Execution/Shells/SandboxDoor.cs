using Lamina.Execution.Environments;

namespace Lamina.Execution.Shells;

/// <summary>
/// Whose a sandbox's connections are. A sandbox that was made in advance belongs to nobody at first: the one thing its process may ask
/// then is what it is to become. Opened once, before anything of a function is in the sandbox.
/// </summary>
internal sealed class SandboxDoor
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Inline: the answer leaves on the thread that has it.
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _begun = new();
    private volatile ExecutionEnvironment? _environment;

    /// <summary>Null while it belongs to nobody.</summary>
    public ExecutionEnvironment? Environment => _environment;

    /// <summary>The process has asked what it is to become.</summary>
    public Task Waiting => _waiting.Task;

    public static SandboxDoor Of(ExecutionEnvironment environment)
    {
        SandboxDoor door = new();
        door.Open(environment);
        return door;
    }

    public void Open(ExecutionEnvironment environment) => _environment = environment;

    /// <summary>What the process is to become, as soon as that is known. Null: it is not its place to ask.</summary>
    public Task<ReadOnlyMemory<byte>>? TryAskAsync() => _environment is null && _waiting.TrySetResult() ? _begun.Task : null;

    /// <summary>Answers the process that waits. The variables as NAME=value, each ended by NUL.</summary>
    public void Begin(ReadOnlyMemory<byte> variables) => _begun.TrySetResult(variables);
}
