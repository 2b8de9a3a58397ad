namespace Lamina.Execution.Shells;

/// <summary>When what is done in advance may be done.</summary>
internal sealed class QuietMoments(Func<bool> isBusy, TimeProvider time)
{
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    /// <summary>A server that is never quiet gets its shells all the same.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (isBusy() && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }
}
