namespace Lamina.Execution.Shells;

/// <summary>What is done in advance: one thing at a time, while nothing else is to be done.</summary>
internal sealed class QuietWork(Func<bool> isBusy, TimeProvider time)
{
    /// <summary>What was made in advance and nobody has wanted for so long goes.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromMinutes(30);

    /// <summary>How long no other is tried after one that could not be made.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    /// <summary>A server that is never quiet gets its shells all the same.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private Func<Func<CancellationToken, Task>?> _next = static () => null;
    private Task _worker = Task.CompletedTask;

    /// <summary>A time stamp until which nothing is tried again that has just failed.</summary>
    public long AfterRecovery => time.GetTimestamp() + (long)(Recovery.TotalSeconds * time.TimestampFrequency);

    /// <param name="dropUnused">Before each round.</param>
    /// <param name="next">What is to be done next; null: nothing is.</param>
    public void Start(Action dropUnused, Func<Func<CancellationToken, Task>?> next)
    {
        _next = next;
        _worker = Task.Run(() => WorkAsync(dropUnused, _stopping.Token));
    }

    /// <summary>There may be something to do.</summary>
    public void Signal()
    {
        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    /// <summary>Completes when nothing is to be done.</summary>
    public async Task DoneAsync()
    {
        while (_next() is not null)
        {
            await Task.Delay(BetweenLooks, time);
        }
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _worker;
        _stopping.Dispose();
    }

    private async Task WorkAsync(Action dropUnused, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(Keep, cancellationToken);
                dropUnused();
                while (_next() is { } doAsync)
                {
                    await QuietAsync(cancellationToken);
                    await doAsync(cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task QuietAsync(CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (isBusy() && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }
}
