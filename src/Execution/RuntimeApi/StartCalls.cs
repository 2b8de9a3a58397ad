using Lamina.Execution.Shells;
using Microsoft.AspNetCore.Http;

namespace Lamina.Execution.RuntimeApi;

/// <summary>
/// What an interpreter asks that was started in advance: GET /lamina/start, what it is to become; POST /lamina/primed, the same again
/// when it has imported in advance; POST /lamina/learnt, which tells what it imports. Not AWS's; nobody else gets an answer.
/// </summary>
internal static class StartCalls
{
    private const string Nothing = "404 page not found\n";

    /// <summary>In a sandbox that belongs to nobody yet.</summary>
    public static Task HandleAsync(RuntimeRequest request, string path) => path switch
    {
        ShellRules.Path => AnswerAsync(request, request.Peer.Door!.TryAskAsync()),
        ShellRules.PrimedPath => HandlePrimedAsync(request),
        _ => RuntimeAnswers.WriteTextAsync(request, 404, Nothing),
    };

    /// <summary>In a function's sandbox: once, and only until it is initialised.</summary>
    public static async Task HandleLearntAsync(RuntimeRequest request)
    {
        ImportReport report = await ReadReportAsync(request);
        await (request.Peer.Door!.TryLearn(report)
            ? RuntimeAnswers.WriteAcceptedAsync(request)
            : RuntimeAnswers.WriteTextAsync(request, 404, Nothing));
    }

    private static async Task HandlePrimedAsync(RuntimeRequest request)
    {
        ImportReport report = await ReadReportAsync(request);
        await AnswerAsync(request, request.Peer.Door!.TryAskAgainAsync(report));
    }

    private static async Task<ImportReport> ReadReportAsync(RuntimeRequest request)
    {
        (PayloadReadKind kind, PayloadBuffer body) = await PayloadReader.ReadAsync(request, ImportReport.MaxBytes);
        if (kind != PayloadReadKind.Complete)
        {
            return ImportReport.OfFault("its report is too long, or cut short");
        }

        ImportReport report = ImportReport.Parse(body.Memory.Span);
        body.Return();
        return report;
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

        if (answer.HasPathFiles)
        {
            headers["Lamina-Path-Files"] = "1";
        }

        await RuntimeAnswers.WriteBytesAsync(request, answer.Variables);
    }
}
