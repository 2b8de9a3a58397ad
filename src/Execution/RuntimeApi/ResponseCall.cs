using Lamina.Contract;
using Lamina.Execution.Environments;
using Microsoft.Extensions.Primitives;

namespace Lamina.Execution.RuntimeApi;

/// <summary>POST /runtime/invocation/{id}/response.</summary>
internal static class ResponseCall
{
    public static async Task HandleAsync(RuntimeRequest request, string requestId)
    {
        StringValues mode = request.Request.Headers["Lambda-Runtime-Function-Response-Mode"];
        if (mode.Count > 0 && mode != "streaming")
        {
            await RefuseModeAsync(request, requestId);
            return;
        }

        if (mode.Count > 0)
        {
            await StreamedResponseCall.HandleAsync(request, requestId);
            return;
        }

        await HandleWholeAsync(request, requestId);
    }

    /// <summary>A response that its caller gets in one piece, however the runtime sends it.</summary>
    public static async Task HandleWholeAsync(RuntimeRequest request, string requestId)
    {
        long begunAt = request.Environment.Now;
        (PayloadReadKind kind, PayloadBuffer body) = await PayloadReader.ReadAsync(request, Limits.SyncPayloadBytes);
        if (kind == PayloadReadKind.Truncated)
        {
            await RuntimeAnswers.WriteTruncatedAsync(request);
            return;
        }

        PostedKind posted = kind == PayloadReadKind.TooLarge ? PostedKind.ResponseTooLarge : PostedKind.Response;
        PostedResult result = new(posted, requestId, body, null) { BegunAt = begunAt };
        if (posted == PostedKind.Response && ResponseTrailers.Read(request) is { } failure)
        {
            // It had begun well; a caller who waits for the whole gets the error in its place.
            body.Return();
            result = new PostedResult(PostedKind.Error, requestId, failure.Body, failure.ErrorType) { BegunAt = begunAt };
        }

        RuntimeVerdict verdict = await PostAsync(request, result);
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

    public static Task<RuntimeVerdict> PostAsync(RuntimeRequest request, PostedResult posted)
    {
        request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.Result, posted));
        return posted.Task;
    }
}
