namespace Lamina.Execution;

/// <summary>When an asynchronous event is tried again, as AWS documents it.</summary>
internal static class RetryRules
{
    public const int MaxRetries = 2;

    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(6);

    private static readonly TimeSpan MaxBackOff = TimeSpan.FromMinutes(5);

    /// <summary>The event with its next try, or null when it is given up.</summary>
    public static QueuedEvent? Next(QueuedEvent tried, InvokeResult result, DateTimeOffset now) => result switch
    {
        InvokeResult.Succeeded => null,
        InvokeResult.Throttled => AfterThrottle(tried, now),
        _ => AfterFailure(tried, now),
    };

    // Errors of the function: two more tries, after one minute and after two.
    private static QueuedEvent? AfterFailure(QueuedEvent tried, DateTimeOffset now) => tried.Failures < MaxRetries
        ? tried with { Failures = tried.Failures + 1, Throttles = 0, NotBefore = now + TimeSpan.FromMinutes(tried.Failures + 1) }
        : null;

    // No room: from one second up to five minutes, for as long as an event may wait.
    private static QueuedEvent? AfterThrottle(QueuedEvent tried, DateTimeOffset now)
    {
        TimeSpan backOff = TimeSpan.FromSeconds(Math.Min(MaxBackOff.TotalSeconds, Math.Pow(2, Math.Min(tried.Throttles, 16))));
        return now + backOff - tried.AcceptedAt > MaxAge ? null : tried with { Throttles = tried.Throttles + 1, NotBefore = now + backOff };
    }
}
