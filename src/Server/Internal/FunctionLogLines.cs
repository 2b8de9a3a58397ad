using System.Buffers;
using Lamina.Companions.Logs;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// GET /_lamina/functions/NAME/logs?follow=true: the newest log lines as text; followed, until the client leaves or the server stops.
/// What this process has in memory comes from there, what is older from the function's log group.
/// </summary>
internal sealed class FunctionLogLines(FunctionDirectory directory, FunctionLogs logs, LogEvents stored, CancellationToken stopping) : IInternalRoute
{
    private const string ContentType = "text/plain; charset=utf-8";

    public IReadOnlyList<string> Path { get; } = ["functions", "*", "logs"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionVersion function = directory.Resolve(call.Caller, call.Target.Segments[2], null);
        IReadOnlyList<LogLine> recent = logs.Read(function.Arn, after: 0);
        ReadOnlyMemory<byte> older = OlderThan(recent, function);
        return Task.FromResult<Answer>(call.Target.Query("follow") == "true"
            ? new FollowAnswer(logs, function.Arn, older, stopping)
            : Answer.Bytes(200, ContentType, (byte[])[.. older.Span, .. ToText(recent).Span], owner: null));
    }

    private ReadOnlyMemory<byte> OlderThan(IReadOnlyList<LogLine> recent, FunctionVersion function)
    {
        Caller owner = new() { Account = function.Arn.Account, Region = function.Arn.Region, PrincipalArn = "" };
        long before = recent.Count > 0 ? recent[0].Time.ToUnixTimeMilliseconds() : long.MaxValue;
        ArrayBufferWriter<byte> text = new();
        foreach (LogEvent line in stored.Newest(owner, function.Settings.LogGroup, before))
        {
            text.Write(line.Message.Span);
            text.Write("\n"u8);
        }

        return text.WrittenMemory;
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

    private sealed class FollowAnswer(FunctionLogs logs, FunctionArn function, ReadOnlyMemory<byte> older, CancellationToken stopping) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            response.ContentType = FunctionLogLines.ContentType;
            await response.StartAsync(cancellationToken);
            try
            {
                await response.BodyWriter.WriteAsync(older, ended.Token);
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
