using System.IO.Pipelines;
using Lamina.Contract;
using Lamina.Execution.Shells;
using Lamina.Execution.StackCaches;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Execution.RuntimeApi;

/// <summary>
/// What an interpreter asks that was started in advance: GET /lamina/start, what it is to become; POST /lamina/primed, the same again
/// when it has imported in advance; POST /lamina/cache/NAME, a file of what it has made of its layers; POST /lamina/learnt, which tells what
/// it loads. Not AWS's; nobody else gets an answer.
/// </summary>
internal static class StartCalls
{
    private const string Nothing = "404 page not found\n";

    /// <summary>In a sandbox that belongs to nobody yet.</summary>
    public static Task HandleAsync(RuntimeRequest request, string path) => path switch
    {
        ShellRules.Path => AnswerAsync(request, request.Peer.Door!.TryAskAsync()),
        ShellRules.PrimedPath => HandlePrimedAsync(request),
        _ when path.StartsWith(StackCacheRules.UploadPrefix, StringComparison.Ordinal) && request.Peer.Door!.Upload is { } upload =>
            ReceiveAsync(request, upload, path[StackCacheRules.UploadPrefix.Length..]),
        _ => RuntimeAnswers.WriteTextAsync(request, 404, Nothing),
    };

    /// <summary>In a function's sandbox: once, and only until it is initialised.</summary>
    public static async Task HandleLearntAsync(RuntimeRequest request)
    {
        (ReadOnlyMemory<byte>? report, PayloadBuffer body) = await ReadReportAsync(request);
        bool taken = request.Peer.Door!.TryLearn(report);
        body.Return();
        await (taken ? RuntimeAnswers.WriteAcceptedAsync(request) : RuntimeAnswers.WriteTextAsync(request, 404, Nothing));
    }

    private static async Task HandlePrimedAsync(RuntimeRequest request)
    {
        (ReadOnlyMemory<byte>? text, PayloadBuffer body) = await ReadReportAsync(request);
        ImportReport report = ImportReport.Of(text);
        body.Return();
        await AnswerAsync(request, request.Peer.Door!.TryAskAgainAsync(report));
    }

    private static async Task ReceiveAsync(RuntimeRequest request, StackCacheUpload upload, string name)
    {
        PipeReader body = request.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        await (await upload.ReceiveAsync(name, body)
            ? RuntimeAnswers.WriteAcceptedAsync(request)
            : RuntimeAnswers.WriteTextAsync(request, 403, "refused\n"));
    }

    /// <summary>Null: it is too long, or cut short; then there is no buffer either.</summary>
    private static async Task<(ReadOnlyMemory<byte>? Text, PayloadBuffer Body)> ReadReportAsync(RuntimeRequest request)
    {
        (PayloadReadKind kind, PayloadBuffer body) = await PayloadReader.ReadAsync(request, Limits.StartReportBytes);
        return kind == PayloadReadKind.Complete ? (body.Memory, body) : (null, default);
    }

    private static async Task AnswerAsync(RuntimeRequest request, Task<StartAnswer>? begun)
    {
        if (begun is null)
        {
            await RuntimeAnswers.WriteTextAsync(request, 404, Nothing);
            return;
        }

        // A shell that ends meanwhile ends with its connection; nobody begins it then.
        StartAnswer answer = await begun.WaitAsync(request.Lifetime.RequestAborted);
        IHeaderDictionary headers = request.Response.Headers;
        if (!answer.Imports.IsEmpty)
        {
            headers["Lamina-Import"] = string.Join(',', answer.Imports);
        }

        if (answer.WantsReport)
        {
            headers["Lamina-Learn"] = "1";
        }

        if (answer.MakesStackCache)
        {
            headers["Lamina-Stack-Cache"] = "1";
        }

        if (answer.HasPathFiles)
        {
            headers["Lamina-Path-Files"] = "1";
        }

        await RuntimeAnswers.WriteBytesAsync(request, answer.Variables);
    }
}
