using System.Text;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Functions.Urls;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway;

/// <summary>
/// The story of a request to a function URL: (1) the host's URL; (2) a preflight is answered here; (3) who may call; (4) the body within
/// its limit becomes the event; (5) the function runs; (6) its result becomes the response, with the CORS headers of the URL.
/// </summary>
/// <remarks>A URL whose mode is RESPONSE_STREAM is served like one that is BUFFERED.</remarks>
public sealed class FunctionUrlGateway(FunctionUrls urls, FunctionDirectory directory, UrlAccess access, Invoker invoker, TimeProvider time)
{
    private const string Forbidden =
        """{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}""";

    public async Task HandleAsync(
        HttpContext context, FunctionUrlHost host, Func<UrlSigner?> findSigner, string requestId, CancellationToken cancellationToken)
    {
        // 1. The URL.
        if (urls.Find(host.Id) is not { } url || url.Region != host.Region)
        {
            await WriteAsync(context.Response, 404, "ResourceNotFoundException", """{"Message":"Not Found"}""", cancellationToken);
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
            await WriteAsync(context.Response, 403, "AccessDeniedException", Forbidden, cancellationToken);
            return;
        }

        // 4. The event.
        UrlRequest? request = await ReadAsync(context, url, signer, requestId, cancellationToken);
        ReadOnlyMemory<byte> payload = request is null ? default : UrlEvent.Write(request);
        if (request is null || payload.Length > Limits.SyncPayloadBytes)
        {
            UrlCorsHeaders.Add(context.Request, context.Response, url.Cors);
            await WriteAsync(context.Response, 413, "RequestEntityTooLargeException", """{"Message":"Request Entity Too Large"}""", cancellationToken);
            return;
        }

        await RunAsync(context, request, payload, cancellationToken);
    }

    private async Task RunAsync(HttpContext context, UrlRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // 5. The function.
        FunctionUrl url = request.Url;
        using InvokeOutcome? outcome = await InvokeAsync(url, InvocationOf(request, payload), cancellationToken);
        context.Response.Headers["X-Amzn-Trace-Id"] = request.TraceId;

        // 6. The response.
        if (outcome?.Result == InvokeResult.Throttled)
        {
            UrlCorsHeaders.Add(context.Request, context.Response, url.Cors);
            await WriteAsync(context.Response, 429, "TooManyRequestsException", """{"Message":"Rate Exceeded."}""", cancellationToken);
            return;
        }

        UrlResponse? response = outcome?.Result == InvokeResult.Succeeded ? UrlResponse.Of(outcome.Payload) : null;
        if (response is null || !TrySetHeaders(context.Response, response))
        {
            UrlCorsHeaders.Add(context.Request, context.Response, url.Cors);
            await WriteAsync(context.Response, 502, "InternalFailure", "Internal Server Error", cancellationToken);
            return;
        }

        UrlCorsHeaders.Add(context.Request, context.Response, url.Cors);
        await WriteBodyAsync(context.Response, response.Body, cancellationToken);
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

    private static bool TrySetHeaders(HttpResponse response, UrlResponse given)
    {
        foreach ((string name, string value) in given.Headers)
        {
            if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || value.Any(static c => c is < ' ' or > '~'))
            {
                response.Headers.Clear();
                return false;
            }

            response.Headers.Append(IsConnections(name) ? $"x-amzn-Remapped-{name}" : name, value);
        }

        response.StatusCode = given.Status;
        return true;
    }

    /// <summary>Headers that belong to the connection; AWS passes the function's own under another name.</summary>
    private static bool IsConnections(string name) => name.ToLowerInvariant() is
        "connection" or "content-length" or "date" or "keep-alive" or "proxy-authenticate" or "server" or "te" or "trailer"
        or "transfer-encoding" or "upgrade";

    private static async Task WriteAsync(HttpResponse response, int status, string errorType, string body, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers["x-amzn-ErrorType"] = errorType;
        await WriteBodyAsync(response, Encoding.UTF8.GetBytes(body), cancellationToken);
    }

    private static async Task WriteBodyAsync(HttpResponse response, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // RFC 9110: these have no content, whatever the function says.
        if (response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified or StatusCodes.Status205ResetContent)
        {
            return;
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, cancellationToken);
        }
    }
}
