namespace Lamina.Execution.Environments;

/// <summary>How far the provisioned environments of a version are.</summary>
/// <param name="Wanted">How many there are to be.</param>
/// <param name="Ready">How many are initialised.</param>
/// <param name="Failed">Their init failed too often; nothing is tried until the setting is made anew.</param>
public sealed record ProvisionedState(int Wanted, int Ready, bool Failed);

/// <summary>The environments that a pool keeps whatever comes. Guarded by the pool's lock.</summary>
internal sealed class KeptEnvironments
{
    // An init that fails every time would be tried for ever, on a machine that others need too.
    private const int MaxFailures = 3;

    private readonly HashSet<ExecutionEnvironment> _ready = [];
    private int _wanted;
    private int _entered;
    private int _failures;
    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when as many as wanted are ready, or no more are tried.</summary>
    public Task Settled => _settled.Task;

    public ProvisionedState State => new(_wanted, _ready.Count, _failures >= MaxFailures);

    public int Surplus => Math.Max(0, _ready.Count - _wanted);

    public void Keep(int count)
    {
        _wanted = count;
        _failures = 0;
        _settled.TrySetResult();
        _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Settle();
    }

    public int MissingBeside(int starting) => _failures >= MaxFailures ? 0 : Math.Max(0, _wanted - _ready.Count - starting);

    /// <summary>False for one too many.</summary>
    public bool Remember(ExecutionEnvironment environment)
    {
        if (_ready.Add(environment))
        {
            _failures = 0;
        }

        if (_ready.Count <= _wanted)
        {
            Settle();
            return true;
        }

        _ready.Remove(environment);
        return false;
    }

    public void Forget(IEnumerable<ExecutionEnvironment> gone)
    {
        _ready.ExceptWith(gone);
        if (_settled.Task.IsCompleted && _ready.Count < _wanted && _failures < MaxFailures)
        {
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void StartFailed()
    {
        _failures++;
        Settle();
    }

    public bool TryEnter()
    {
        bool free = _entered < _ready.Count;
        _entered += free ? 1 : 0;
        return free;
    }

    public void Leave() => _entered--;

    private void Settle()
    {
        if (_ready.Count >= _wanted || _failures >= MaxFailures)
        {
            _settled.TrySetResult();
        }
    }
}
