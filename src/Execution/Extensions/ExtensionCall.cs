using Lamina.Execution.Environments;

namespace Lamina.Execution.Extensions;

/// <summary>One request to the Extensions API, its header and body read. Completes with what to answer; null hangs up.</summary>
internal sealed class ExtensionCall(ExtensionCallKind kind) : TaskCompletionSource<ExtensionAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ExtensionCallKind Kind { get; } = kind;

    /// <summary>The identifier it was given when it registered.</summary>
    public Guid Id { get; init; }

    /// <summary>Of a registration.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of a registration, as sent.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Of a registration: the answer names the account.</summary>
    public bool WantsAccountId { get; init; }

    /// <summary>Of an error report.</summary>
    public string ErrorType { get; init; } = "";

    public void Abandon() => TrySetResult(null);
}

/// <summary>An answer of the Extensions API.</summary>
/// <param name="Identifier">Of a registration: the extension's id, a header.</param>
/// <param name="EventIdentifier">Of an event: its id, a header.</param>
internal sealed record ExtensionAnswer(int Status, ReadOnlyMemory<byte> Body, Guid? Identifier, Guid? EventIdentifier)
{
    public static ExtensionAnswer Accepted { get; } = new(202, "{\"status\":\"OK\"}\n"u8.ToArray(), null, null);

    public static ExtensionAnswer Subscribed { get; } = new(200, "\"OK\""u8.ToArray(), null, null);

    public static ExtensionAnswer Event(ExtensionEvent happened) => new(200, happened.Body, null, happened.Id);

    /// <summary>AWS's supervisor answers whatever an extension does wrong with 403.</summary>
    public static ExtensionAnswer Refusal(string errorType, string message) =>
        new(403, ErrorPayloads.OfCall(message, errorType), null, null);

    public static ExtensionAnswer Invalid(string errorType, string message) =>
        new(400, ErrorPayloads.OfCall(message, errorType), null, null);
}

/// <summary>An INVOKE or a SHUTDOWN on its way to extensions: one body and one identifier for all.</summary>
internal sealed record ExtensionEvent(Guid Id, ReadOnlyMemory<byte> Body);
