using Lamina.Execution.Extensions;

namespace Lamina.Execution.Telemetry;

/// <summary>A request to the Telemetry or the Logs API, its body read. Completes with what to answer; null hangs up.</summary>
internal sealed class SubscribeCall(Guid id, bool isLogsApi, TelemetrySubscription? subscription, string faults)
    : TaskCompletionSource<ExtensionAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly string _errorPrefix = isLogsApi ? "Logs" : "Telemetry";

    /// <summary>Of the extension that calls.</summary>
    public Guid Id { get; } = id;

    /// <summary>Null when the request is faulty.</summary>
    public TelemetrySubscription? Subscription { get; } = subscription;

    /// <summary>Answers unless the subscription can be made: for that the extension must be known and the init under way.</summary>
    public bool IsRefused(Extension? extension, bool isClosed)
    {
        ExtensionAnswer? refusal =
            extension is null ? ExtensionAnswer.Refusal("Extension.UnknownExtensionIdentifier", $"Unknown extension {Id}")
            : isClosed ? ExtensionAnswer.Refusal($"{_errorPrefix}.SubscriptionClosed", $"{_errorPrefix} API subscription is closed already")
            : Subscription is null ? Invalid(faults)
            : null;
        return refusal is not null && TrySetResult(refusal);
    }

    public void Complete(string? fault) => TrySetResult(fault is null ? ExtensionAnswer.Subscribed : Invalid(fault));

    private ExtensionAnswer Invalid(string message) => ExtensionAnswer.Invalid(isLogsApi ? "Logs.ValidationError" : "ValidationError", message);
}
