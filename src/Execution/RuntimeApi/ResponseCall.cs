using Lamina.Contract;
using Lamina.Execution.Environments;
using Microsoft.Extensions.Primitives;

namespace Lamina.Execution.RuntimeApi;

/// <summary>POST /runtime/invocation/{id}/response.</summary>
internal static class ResponseCall
{
    public static async Task HandleAsync(RuntimeRequest request, string requestId)
    {
        // A streaming runtime is taken at its word; what it streams is collected and answered whole.
        StringValues mode = request.Request.Headers["Lambda-Runtime-Function-Response-Mode"];
        if (mode.Count > 0 && mode != "streaming")
        {
            await RefuseModeAsync(request, requestId);
            return;
        }

        (PayloadReadKind kind, PayloadBuffer body) = await PayloadReader.ReadAsync(request, Limits.SyncPayloadBytes);
        if (kind == PayloadReadKind.Truncated)
        {
            await RuntimeAnswers.WriteTruncatedAsync(request);
            return;
        }

        PostedKind posted = kind == PayloadReadKind.TooLarge ? PostedKind.ResponseTooLarge : PostedKind.Response;
        RuntimeVerdict verdict = await PostAsync(request, new PostedResult(posted, requestId, body, null));
        if (verdict.Kind != RuntimeVerdictKind.Accepted)
        {
            await RuntimeAnswers.WriteRefusalAsync(request, verdict, RuntimeCall.Response);
        }
        else if (posted == PostedKind.ResponseTooLarge)
        {
            await RuntimeAnswers.WriteTooLargeAsync(request);
        }
        else
        {
            await RuntimeAnswers.WriteAcceptedAsync(request);
        }
    }

    private static async Task RefuseModeAsync(RuntimeRequest request, string requestId)
    {
        var payload = new PayloadBuffer(
            ErrorPayloads.Of("Runtime.InvalidResponseModeHeader", requestId, "Invalid function response mode"), null);
        RuntimeVerdict verdict = await PostAsync(
            request, new PostedResult(PostedKind.Error, requestId, payload, "Runtime.InvalidResponseModeHeader"));
        await (verdict.Kind == RuntimeVerdictKind.Accepted
            ? RuntimeAnswers.WriteInvalidResponseModeAsync(request)
            : RuntimeAnswers.WriteRefusalAsync(request, verdict, RuntimeCall.Response));
    }

    private static Task<RuntimeVerdict> PostAsync(RuntimeRequest request, PostedResult posted)
    {
        request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.Result, posted));
        return posted.Task;
    }
}
