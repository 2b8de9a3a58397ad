namespace Lamina.Execution;

/// <summary>Counts the executions of one account in one region and holds them to the limit.</summary>
internal sealed class ConcurrencyGate(int limit)
{
    private int _running;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _running);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);
}
