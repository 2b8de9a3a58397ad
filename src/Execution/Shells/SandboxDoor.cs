using Lamina.Execution.Environments;

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
    private Action<ImportReport>? _learn;

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

    /// <summary>The process has imported in advance, and asks again. Null: it is not its place to.</summary>
    public Task<StartAnswer>? TryAskAgainAsync(ImportReport report) =>
        _environment is null && _primes && _primed.TrySetResult(report) ? _second.Task : null;

    /// <summary>Answers the process that waits.</summary>
    /// <param name="learn">Told once what the process imports while it initialises; null: nobody is.</param>
    public void Begin(StartAnswer answer, Action<ImportReport>? learn)
    {
        Volatile.Write(ref _learn, learn);
        (_primes ? _second : _first).TrySetResult(answer);
    }

    /// <summary>False: it is not the process's place to tell, or it has told already.</summary>
    public bool TryLearn(ImportReport report)
    {
        Action<ImportReport>? learn = Interlocked.Exchange(ref _learn, null);
        learn?.Invoke(report);
        return learn is not null;
    }

    /// <summary>The function's code has the process to itself from now on.</summary>
    public void EndLearning() => Volatile.Write(ref _learn, null);
}
