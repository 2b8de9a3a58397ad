using Lamina.Functions.Settings;

namespace Lamina.Execution;

/// <summary>When an asynchronous event is tried again, as AWS documents it and as the function's event invoke config says.</summary>
/// <param name="MaxRetries">Tries after the first that ended in an error of the function.</param>
/// <param name="MaxAge">How long an event may wait from its acceptance on.</param>
internal sealed record RetryRules(int MaxRetries, TimeSpan MaxAge)
{
    private static readonly TimeSpan MaxBackOff = TimeSpan.FromMinutes(5);

    public static RetryRules Default { get; } = new(2, TimeSpan.FromHours(6));

    public static RetryRules Of(EventInvokeConfig? config) => config is null ? Default : new RetryRules(
        config.MaximumRetryAttempts ?? Default.MaxRetries,
        config.MaximumEventAgeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Default.MaxAge);

    public bool IsTooOld(QueuedEvent queued, DateTimeOffset now) => now - queued.AcceptedAt > MaxAge;

    /// <summary>The event with its next try, or null when it is given up.</summary>
    public QueuedEvent? Next(QueuedEvent tried, InvokeResult result, DateTimeOffset now) => result switch
    {
        InvokeResult.Succeeded => null,
        InvokeResult.Throttled => InTime(AfterThrottle(tried, now)),
        _ => tried.Failures < MaxRetries ? InTime(AfterFailure(tried, now)) : null,
    };

    // Errors of the function: another try after one minute, the next after two.
    private static QueuedEvent AfterFailure(QueuedEvent tried, DateTimeOffset now) => tried with
    {
        Failures = tried.Failures + 1,
        Throttles = 0,
        NotBefore = now + TimeSpan.FromMinutes(tried.Failures + 1),
    };

    // No room: from one second up to five minutes, for as long as an event may wait.
    private static QueuedEvent AfterThrottle(QueuedEvent tried, DateTimeOffset now)
    {
        TimeSpan backOff = TimeSpan.FromSeconds(Math.Min(MaxBackOff.TotalSeconds, Math.Pow(2, Math.Min(tried.Throttles, 16))));
        return tried with { Throttles = tried.Throttles + 1, NotBefore = now + backOff };
    }

    private QueuedEvent? InTime(QueuedEvent next) => IsTooOld(next, next.NotBefore) ? null : next;
}
