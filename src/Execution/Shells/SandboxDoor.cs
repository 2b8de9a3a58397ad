using Lamina.Execution.Environments;
using Lamina.Execution.StackCaches;

namespace Lamina.Execution.Shells;

/// <summary>
/// Whose a sandbox's connections are. A sandbox that was made in advance belongs to nobody at first: the one thing its process may ask
/// then is what it is to become. Opened once, before anything of a function's code is in the sandbox.
/// </summary>
internal sealed class SandboxDoor
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Inline, like the second: the answer leaves on the thread that has it.
    private readonly TaskCompletionSource<StartAnswer> _first = new();
    private readonly TaskCompletionSource<StartAnswer> _second = new();
    private readonly TaskCompletionSource<ImportReport> _primed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ExecutionEnvironment? _environment;
    private volatile bool _primes;
    private volatile StackCacheUpload? _upload;
    private Func<ReadOnlyMemory<byte>?, bool>? _learn;

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
    public Task<StartAnswer>? TryAskAsync() => _environment is null && _waiting.TrySetResult() ? _first.Task : null;

    /// <summary>Has the process that waits import modules in advance, then wait again. Completes with what it says of that.</summary>
    public Task<ImportReport> PrimeAsync(StartAnswer answer)
    {
        _primes = true;
        _first.TrySetResult(answer);
        return _primed.Task;
    }

    /// <summary>Has the process that waits make a cache of its layers. Completes with what it says of that.</summary>
    public Task<ImportReport> MakeStackCacheAsync(StartAnswer answer, StackCacheUpload upload)
    {
        _upload = upload;
        return PrimeAsync(answer);
    }

    /// <summary>Where the files go that the process sends; null: it is not its place to.</summary>
    public StackCacheUpload? Upload => _environment is null && !_primed.Task.IsCompleted ? _upload : null;

    /// <summary>The process has imported in advance, and asks again. Null: it is not its place to.</summary>
    public Task<StartAnswer>? TryAskAgainAsync(ImportReport report) =>
        _environment is null && _primes && _primed.TrySetResult(report) ? _second.Task : null;

    /// <summary>Answers the process that waits.</summary>
    /// <param name="learn">See <see cref="Learn"/>.</param>
    public void Begin(StartAnswer answer, Func<ReadOnlyMemory<byte>?, bool>? learn)
    {
        Learn(learn);
        (_primes ? _second : _first).TrySetResult(answer);
    }

    /// <param name="learn">Told once what the process loads while it initialises, and says whether it takes it; null: nobody is.</param>
    public void Learn(Func<ReadOnlyMemory<byte>?, bool>? learn) => Volatile.Write(ref _learn, learn);

    /// <summary>False: it is not the process's place to tell, it has told already, or nobody can make anything of it.</summary>
    /// <param name="report">Null: it is too long, or cut short.</param>
    public bool TryLearn(ReadOnlyMemory<byte>? report) => Interlocked.Exchange(ref _learn, null) is { } learn && learn(report);

    /// <summary>The function's code has the process to itself from now on.</summary>
    public void EndLearning() => Volatile.Write(ref _learn, null);
}
