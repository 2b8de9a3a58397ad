using System.Text.RegularExpressions;
using Lamina.Contract;
using Lamina.Execution.Environments;

namespace Lamina.Execution.RuntimeApi;

/// <summary>POST /runtime/invocation/{id}/error and /runtime/init/error: the body is what the caller gets, byte for byte.</summary>
internal static partial class ErrorCalls
{
    public static Task HandleAsync(RuntimeRequest request, string requestId) =>
        HandleAsync(request, EnvironmentEventKind.Result, requestId, RuntimeCall.Error);

    public static Task HandleInitErrorAsync(RuntimeRequest request) =>
        HandleAsync(request, EnvironmentEventKind.InitError, requestId: "", RuntimeCall.InitError);

    /// <summary>Types the runtime may name are passed on; others become one of two unknowns, as AWS's supervisor does.</summary>
    internal static string ErrorTypeOf(string? header)
    {
        if (header is not null && KnownType().IsMatch(header))
        {
            return header;
        }

        return header?.StartsWith("Function.", StringComparison.Ordinal) == true ? "Function.Unknown" : "Runtime.Unknown";
    }

    private static async Task HandleAsync(RuntimeRequest request, EnvironmentEventKind kind, string requestId, RuntimeCall call)
    {
        (PayloadReadKind read, PayloadBuffer body) = await PayloadReader.ReadAsync(request, Limits.SyncPayloadBytes);
        if (read == PayloadReadKind.Truncated)
        {
            await RuntimeAnswers.WriteTruncatedAsync(request);
            return;
        }

        string errorType = ErrorTypeOf(request.Request.Headers["Lambda-Runtime-Function-Error-Type"]);
        PostedKind posted = read == PayloadReadKind.TooLarge ? PostedKind.ResponseTooLarge : PostedKind.Error;
        var result = new PostedResult(posted, requestId, body, errorType);
        request.Environment.Post(new EnvironmentEvent(kind, result));
        RuntimeVerdict verdict = await result.Task;
        await ((verdict.Kind, read) switch
        {
            (RuntimeVerdictKind.Accepted, PayloadReadKind.TooLarge) => RuntimeAnswers.WriteTooLargeAsync(request),
            (RuntimeVerdictKind.Accepted, _) => RuntimeAnswers.WriteAcceptedAsync(request),
            _ => RuntimeAnswers.WriteRefusalAsync(request, verdict, call),
        });
    }

    [GeneratedRegex(@"\A(Runtime|Function)\.[A-Z][a-zA-Z]+\z")]
    private static partial Regex KnownType();
}
