using System.Buffers;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/functions/NAME/logs?follow=true: the newest log lines as text; followed, until the client leaves or the server stops.</summary>
internal sealed class FunctionLogLines(FunctionDirectory directory, FunctionLogs logs, CancellationToken stopping) : IInternalRoute
{
    private const string ContentType = "text/plain; charset=utf-8";

    public IReadOnlyList<string> Path { get; } = ["functions", "*", "logs"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionArn function = directory.Resolve(call.Caller, call.Target.Segments[2], null).Arn;
        return Task.FromResult<Answer>(call.Target.Query("follow") == "true"
            ? new FollowAnswer(logs, function, stopping)
            : Answer.Bytes(200, ContentType, ToText(logs.Read(function, after: 0)), owner: null));
    }

    private static ReadOnlyMemory<byte> ToText(IEnumerable<LogLine> lines)
    {
        ArrayBufferWriter<byte> text = new();
        foreach (LogLine line in lines)
        {
            text.Write(line.Message.Span);
            text.Write("\n"u8);
        }

        return text.WrittenMemory;
    }

    private sealed class FollowAnswer(FunctionLogs logs, FunctionArn function, CancellationToken stopping) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            response.ContentType = FunctionLogLines.ContentType;
            await response.StartAsync(cancellationToken);
            try
            {
                await foreach (LogLine line in logs.FollowAsync(function, after: 0, ended.Token))
                {
                    await response.BodyWriter.WriteAsync(ToText([line]), ended.Token);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The server stops: the answer ends here, whole.
            }
        }
    }
}
