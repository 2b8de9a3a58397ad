using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Operations;

/// <summary>
/// An invocation whose response goes out while the function makes it: a PayloadChunk for what there is, again and again, and
/// InvokeComplete. A function that answers whole is one chunk. A client who hangs up ends the function's writing.
/// </summary>
internal sealed class StreamedInvocation(ResponseStream response, Task<InvokeOutcome> outcome, bool withLogTail) : Answer(StatusCodes.Status200OK)
{
    private static readonly EventStreamMessage PayloadChunk = new("PayloadChunk", "application/octet-stream");
    private static readonly EventStreamMessage InvokeComplete = new("InvokeComplete", "application/json");

    public override void Dispose()
    {
        response.Abandon();
        _ = ReleaseAsync();
    }

    protected override async Task WriteBodyAsync(HttpResponse http, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration gone = cancellationToken.UnsafeRegister(static stream => ((ResponseStream)stream!).Abandon(), response);
        http.ContentType = EventStreamMessage.MediaType;
        await http.StartAsync(cancellationToken);
        bool streamed = response.Begun.IsCompleted;
        if (streamed)
        {
            await RelayAsync(http.BodyWriter, cancellationToken);
        }

        InvokeOutcome ended = await outcome;
        if (!streamed && ended.Result == InvokeResult.Succeeded)
        {
            PayloadChunk.Write(http.BodyWriter, new ReadOnlySequence<byte>(ended.Payload));
        }

        InvokeComplete.Write(http.BodyWriter, new ReadOnlySequence<byte>(Completion(ended)));
        await http.BodyWriter.FlushAsync(cancellationToken);
    }

    private async Task ReleaseAsync()
    {
        try
        {
            (await outcome).Dispose();
        }
        catch (Exception exception) when (exception is AwsError or OperationCanceledException)
        {
            // There is nothing to release, and whoever waited for it has been told.
        }
    }

    private async Task RelayAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        ReadResult read;
        do
        {
            read = await response.Body.ReadAsync(cancellationToken);
            if (!read.Buffer.IsEmpty)
            {
                PayloadChunk.Write(output, read.Buffer);
                await output.FlushAsync(cancellationToken);
            }

            response.Body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    private ReadOnlyMemory<byte> Completion(InvokeOutcome ended) => WireJson.Write(writer =>
    {
        writer.WriteStartObject();
        if (ended.Result != InvokeResult.Succeeded)
        {
            writer.WriteString("ErrorCode", "Unhandled");
            writer.WriteString("ErrorDetails", Encoding.UTF8.GetString(ended.Payload.Span));
        }

        if (withLogTail)
        {
            writer.WriteString("LogResult", Convert.ToBase64String(ended.LogTail.Span));
        }

        writer.WriteEndObject();
    });
}
