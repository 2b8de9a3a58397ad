using System.IO.Pipelines;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Execution.RuntimeApi;

/// <summary>
/// POST /runtime/invocation/{id}/response in streaming mode: the body goes to the caller as it comes, and is read no faster than he
/// reads. How it ended is told when it has: by the end of the body, by trailers behind it, by its breaking off, or by his going.
/// </summary>
internal static class StreamedResponseCall
{
    private enum RelayEnd
    {
        Complete,
        TooLarge,
        Truncated,
        Abandoned,
    }

    public static async Task HandleAsync(RuntimeRequest request, string requestId)
    {
        ResponseBegin begin = new(requestId);
        request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.ResponseBegun, begin));
        RuntimeVerdict verdict = await begin.Task;
        if (verdict.Kind != RuntimeVerdictKind.Accepted)
        {
            await RuntimeAnswers.WriteRefusalAsync(request, verdict, RuntimeCall.BeginResponse);
        }
        else if (begin.Stream is { } stream)
        {
            RelayEnd end = await RelayAsync(request, stream);
            await FinishAsync(request, requestId, stream, end);
        }
        else
        {
            await ResponseCall.HandleWholeAsync(request, requestId);
        }
    }

    private static async Task<RelayEnd> RelayAsync(RuntimeRequest request, ResponseStream stream)
    {
        PipeReader body = request.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        try
        {
            stream.Begin(request.Request.Headers.ContentType);
            while (true)
            {
                ReadResult read = await body.ReadAsync(stream.Abandoned);
                long room = Limits.StreamedResponseBytes - stream.ProducedBytes;
                bool tooLarge = read.Buffer.Length > room;
                bool isRead = await stream.WriteAsync(tooLarge ? read.Buffer.Slice(0, room) : read.Buffer);
                body.AdvanceTo(read.Buffer.End);
                if (!isRead)
                {
                    return RelayEnd.Abandoned;
                }

                if (tooLarge || read.IsCompleted)
                {
                    return tooLarge ? RelayEnd.TooLarge : RelayEnd.Complete;
                }
            }
        }
        catch (OperationCanceledException) when (stream.Abandoned.IsCancellationRequested)
        {
            return RelayEnd.Abandoned;
        }
        catch (Exception exception) when (exception is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException or IOException)
        {
            return RelayEnd.Truncated;
        }
        finally
        {
            await stream.EndAsync();
        }
    }

    private static async Task FinishAsync(RuntimeRequest request, string requestId, ResponseStream stream, RelayEnd end)
    {
        if (end == RelayEnd.Truncated)
        {
            request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.ResponseTruncated, requestId));
            await RuntimeAnswers.WriteTruncatedAsync(request);
            return;
        }

        RuntimeVerdict verdict = await ResponseCall.PostAsync(request, ResultOf(request, requestId, stream, end));
        if (end is RelayEnd.Abandoned or RelayEnd.TooLarge)
        {
            // What the function still writes must not be taken: an answer alone would be followed by reading on for seconds.
            request.Lifetime.Abort();
        }
        else if (verdict.Kind != RuntimeVerdictKind.Accepted)
        {
            await RuntimeAnswers.WriteRefusalAsync(request, verdict, RuntimeCall.EndResponse);
        }
        else
        {
            await RuntimeAnswers.WriteAcceptedAsync(request);
        }
    }

    private static PostedResult ResultOf(RuntimeRequest request, string requestId, ResponseStream stream, RelayEnd end)
    {
        (string ErrorType, PayloadBuffer Body)? failure = end == RelayEnd.Complete ? ResponseTrailers.Read(request) : null;
        PostedKind kind = end == RelayEnd.TooLarge ? PostedKind.ResponseTooLarge : failure is null ? PostedKind.Response : PostedKind.Error;
        return new PostedResult(kind, requestId, failure?.Body ?? default, failure?.ErrorType)
        {
            Call = RuntimeCall.EndResponse,
            ProducedBytes = stream.ProducedBytes,
        };
    }
}
