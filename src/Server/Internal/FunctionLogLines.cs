using System.Buffers;
using Lamina.Companions.Logs;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// GET /_lamina/functions/NAME/logs?follow=true: the newest log lines as text; followed, until the client leaves or the server stops, with
/// past=false only those that are written from then on. What this process has in memory comes from there, what is older from the function's log group.
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
        bool isFollowed = call.Target.Query("follow") == "true";
        ReadOnlyMemory<byte> text = isFollowed && call.Target.Query("past") == "false"
            ? ReadOnlyMemory<byte>.Empty
            : ToText([.. LogSeam.Older(StoredUpTo(recent, function), recent), .. recent.Select(static line => line.Message)]);
        return Task.FromResult<Answer>(isFollowed
            ? new FollowAnswer(logs, function.Arn, text, recent.Count > 0 ? recent[^1].Sequence : 0, stopping)
            : Answer.Bytes(200, ContentType, text, owner: null));
    }

    /// <summary>What the group has up to the millisecond in which the lines in memory begin, that included.</summary>
    private IReadOnlyList<LogEvent> StoredUpTo(IReadOnlyList<LogLine> recent, FunctionVersion function)
    {
        Caller owner = new() { Account = function.Arn.Account, Region = function.Arn.Region, PrincipalArn = "" };
        return stored.Newest(owner, function.Settings.LogGroup, recent.Count > 0 ? recent[0].Time.ToUnixTimeMilliseconds() + 1 : long.MaxValue);
    }

    private static ReadOnlyMemory<byte> ToText(IEnumerable<ReadOnlyMemory<byte>> messages)
    {
        ArrayBufferWriter<byte> text = new();
        foreach (ReadOnlyMemory<byte> message in messages)
        {
            text.Write(message.Span);
            text.Write("\n"u8);
        }

        return text.WrittenMemory;
    }

    private sealed class FollowAnswer(
        FunctionLogs logs, FunctionArn function, ReadOnlyMemory<byte> soFar, long after, CancellationToken stopping) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            response.ContentType = FunctionLogLines.ContentType;
            await response.StartAsync(cancellationToken);
            try
            {
                await response.BodyWriter.WriteAsync(soFar, ended.Token);
                await foreach (LogLine line in logs.FollowAsync(function, after, ended.Token))
                {
                    await response.BodyWriter.WriteAsync(ToText([line.Message]), ended.Token);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The server stops: the answer ends here, whole.
            }
        }
    }
}
