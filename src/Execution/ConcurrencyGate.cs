namespace Lamina.Execution;

/// <summary>Counts executions and holds them to a limit, which may change while they run: those above a lowered one end in peace.</summary>
internal sealed class ConcurrencyGate(int limit)
{
    private int _limit = limit;
    private int _running;

    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) <= Limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _running);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);
}
