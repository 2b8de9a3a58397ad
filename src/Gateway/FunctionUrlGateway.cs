using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Functions.Urls;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway;

/// <summary>
/// The story of a request to a function URL: (1) the host's URL; (2) a preflight is answered here; (3) who may call; (4) the body within
/// its limit becomes the event; (5) the function runs; (6) its result, or in RESPONSE_STREAM mode what it writes while it runs, becomes the
/// response, with the CORS headers of the URL.
/// </summary>
public sealed class FunctionUrlGateway(FunctionUrls urls, FunctionDirectory directory, UrlAccess access, Invoker invoker, TimeProvider time)
{
    private const string Forbidden =
        """{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}""";

    public async Task HandleAsync(
        HttpContext context, FunctionUrlHost host, Func<UrlSigner?> findSigner, string requestId, CancellationToken cancellationToken)
    {
        // 1. The URL. AWS does not say whether there is none or it is not for the caller (recorded).
        if (urls.Find(host.Id) is not { } url || url.Region != host.Region)
        {
            await UrlAnswer.WriteErrorAsync(context.Response, 403, "AccessDeniedException", """{"Message":null}""", cancellationToken);
            return;
        }

        // 2. Preflight: a browser sends it without credentials, so it comes before the question who calls.
        if (UrlCorsHeaders.IsPreflight(context.Request, url.Cors))
        {
            UrlCorsHeaders.AnswerPreflight(context.Request, context.Response, url.Cors!);
            return;
        }

        // 3. Who may call. Nobody asks who calls a URL that asks for no signature.
        UrlSigner? signer = url.AuthType == "NONE" ? null : findSigner();
        if (!access.Allows(url, signer, UrlRequest.SourceIpOf(context)))
        {
            UrlCorsHeaders.Add(context.Request, context.Response, url.Cors);
            await UrlAnswer.WriteErrorAsync(context.Response, 403, "AccessDeniedException", Forbidden, cancellationToken);
            return;
        }

        // 4. The event.
        UrlRequest? request = await ReadAsync(context, url, signer, requestId, cancellationToken);
        ReadOnlyMemory<byte> payload = request is null ? default : UrlEvent.Write(request);
        if (request is null || payload.Length > Limits.SyncPayloadBytes)
        {
            UrlCorsHeaders.Add(context.Request, context.Response, url.Cors);
            await UrlAnswer.WriteErrorAsync(context.Response, 413, "RequestEntityTooLargeException", """{"Message":"Request Entity Too Large"}""", cancellationToken);
            return;
        }

        await (url.InvokeMode == "RESPONSE_STREAM"
            ? StreamAsync(context, request, payload, cancellationToken)
            : RunAsync(context, request, payload, cancellationToken));
    }

    private async Task RunAsync(HttpContext context, UrlRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // 5. The function.
        using InvokeOutcome? outcome = await InvokeAsync(request.Url, InvocationOf(request, payload), cancellationToken);

        // 6. The response.
        await AnswerAsync(context, request, outcome, UrlResponse.Of, cancellationToken);
    }

    private async Task StreamAsync(HttpContext context, UrlRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // 5. The function.
        ResponseStream stream = new();
        await using CancellationTokenRegistration gone = cancellationToken.UnsafeRegister(static stream => ((ResponseStream)stream!).Abandon(), stream);
        Task<InvokeOutcome?> running = InvokeAsync(request.Url, InvocationOf(request, payload) with { Response = stream }, cancellationToken).AsTask();
        await Task.WhenAny(stream.Begun, running);
        if (!stream.Begun.IsCompleted)
        {
            // It has answered whole: that is the body, whatever it looks like.
            using InvokeOutcome? whole = await running;
            await AnswerAsync(context, request, whole, UrlResponse.Plain, cancellationToken);
            return;
        }

        // 6. The response.
        UrlResponse? head = await UrlStream.ReadHeadAsync(stream, cancellationToken);
        if (head is null || !UrlAnswer.TrySetHead(context.Response, head))
        {
            stream.Abandon();
            await FailAsync(context, request, cancellationToken);
        }
        else
        {
            SetCommonHeaders(context, request);
            await UrlStream.RelayAsync(stream, context.Response, cancellationToken);
        }

        using InvokeOutcome? outcome = await running;
        if (outcome?.Result != InvokeResult.Succeeded && context.Response.HasStarted)
        {
            // Half a response must not look like a whole one.
            context.Abort();
        }
    }

    private static async Task AnswerAsync(
        HttpContext context, UrlRequest request, InvokeOutcome? outcome, Func<ReadOnlyMemory<byte>, UrlResponse?> read, CancellationToken cancellationToken)
    {
        if (outcome?.Result == InvokeResult.Throttled)
        {
            SetCommonHeaders(context, request);
            await UrlAnswer.WriteErrorAsync(context.Response, 429, "TooManyRequestsException", """{"Message":"Rate Exceeded."}""", cancellationToken);
            return;
        }

        UrlResponse? response = outcome?.Result == InvokeResult.Succeeded ? read(outcome.Payload) : null;
        if (response is null || !UrlAnswer.TrySetHead(context.Response, response))
        {
            await FailAsync(context, request, cancellationToken);
            return;
        }

        SetCommonHeaders(context, request);
        await UrlAnswer.WriteBodyAsync(context.Response, response.Body, cancellationToken);
    }

    private static Task FailAsync(HttpContext context, UrlRequest request, CancellationToken cancellationToken)
    {
        SetCommonHeaders(context, request);
        return UrlAnswer.WriteErrorAsync(context.Response, 502, "InternalFailure", "Internal Server Error", cancellationToken);
    }

    private static void SetCommonHeaders(HttpContext context, UrlRequest request)
    {
        context.Response.Headers["X-Amzn-Trace-Id"] = request.TraceId;
        UrlCorsHeaders.Add(context.Request, context.Response, request.Url.Cors);
    }

    /// <summary>Null when there is nothing to run.</summary>
    private async ValueTask<InvokeOutcome?> InvokeAsync(FunctionUrl url, Invocation invocation, CancellationToken cancellationToken)
    {
        InvokeOutcome? outcome;
        do
        {
            outcome = FindFunction(url) is { } function ? await invoker.InvokeAsync(function, invocation, cancellationToken) : null;
        }
        while (outcome?.Result == InvokeResult.VersionGone);
        return outcome;
    }

    private async ValueTask<UrlRequest?> ReadAsync(
        HttpContext context, FunctionUrl url, UrlSigner? signer, string requestId, CancellationToken cancellationToken)
    {
        if (await UrlBody.ReadAsync(context.Request, cancellationToken) is not { } body)
        {
            return null;
        }

        // Only with the body is it known whether that is what was signed.
        signer?.VerifyBody?.Invoke(body);
        (string path, string query) = UrlRequest.SplitTarget(context);
        return new UrlRequest
        {
            Url = url,
            RequestId = requestId,
            TraceId = TraceId.Of(context.Request.Headers["X-Amzn-Trace-Id"]),
            Time = time.GetUtcNow(),
            Signer = signer,
            OrganizationId = signer is null ? null : access.OrganizationOf(signer.Caller),
            Http = context.Request,
            RawPath = path,
            RawQuery = query,
            Body = body,
        };
    }

    /// <summary>Null when the alias has gone or the function is not ready: AWS answers that like a function that fails.</summary>
    private FunctionVersion? FindFunction(FunctionUrl url)
    {
        Caller owner = new()
        {
            Account = AccountId.Parse(url.Account),
            Region = url.Region,
            PrincipalArn = $"arn:aws:iam::{url.Account}:root",
        };
        try
        {
            return directory.ResolveInvocable(owner, url.FunctionName, url.Alias);
        }
        catch (AwsError)
        {
            return null;
        }
    }

    private static Invocation InvocationOf(UrlRequest request, ReadOnlyMemory<byte> payload) => new()
    {
        RequestId = request.RequestId,
        Payload = payload,
        InvokedFunctionArn = request.Url.FunctionArn,
        ClientContext = null,
        TraceId = request.TraceId,
        WantsLogTail = false,
    };
}
