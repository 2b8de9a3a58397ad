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
    public IReadOnlyList<string> Path { get; } = ["functions", "*", "logs"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionArn function = directory.Resolve(call.Caller, call.Target.Segments[2], null).Arn;
        return Task.FromResult<Answer>(call.Target.Query("follow") == "true"
            ? new FollowAnswer(logs, function, stopping)
            : new LinesAnswer(logs.Read(function, after: 0)));
    }

    private static void Write(HttpResponse response, LogLine line)
    {
        response.BodyWriter.Write(line.Message.Span);
        response.BodyWriter.Write("\n"u8);
    }

    private sealed class LinesAnswer(IReadOnlyList<LogLine> lines) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            response.ContentType = "text/plain; charset=utf-8";
            foreach (LogLine line in lines)
            {
                Write(response, line);
            }

            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    private sealed class FollowAnswer(FunctionLogs logs, FunctionArn function, CancellationToken stopping) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            response.ContentType = "text/plain; charset=utf-8";
            await response.StartAsync(cancellationToken);
            try
            {
                await foreach (LogLine line in logs.FollowAsync(function, after: 0, ended.Token))
                {
                    Write(response, line);
                    await response.BodyWriter.FlushAsync(ended.Token);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The server stops: the answer ends here, whole.
            }
        }
    }
}
