using Lamina.Contract;
using Lamina.Gateway;
using Lamina.Server.Internal;
using Lamina.Server.Wire.S3;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Wire;

/// <summary>
/// The story of a request, from whichever connection it comes: the listening port or the inside of a sandbox.
/// (1) request id, and a function URL's host, which leads to that function and nowhere else; (2) Host and Origin, and S3 goes its own
/// way; (3) path and query; (4) Lamina's own paths, most of them from the port only; (5) service, by the signature's scope or the path;
/// (6) caller; (7) operation; (8) body within its limit; (9) the operation reads, checks and does it; (10) answer or error.
/// </summary>
internal sealed partial class RequestPipeline(
    HostGuard guard,
    CallerReader callers,
    OperationTable operations,
    InternalRoutes internalRoutes,
    S3Pipeline s3,
    FunctionUrlGateway functionUrls,
    ILogger<RequestPipeline> logger)
{
    public async Task HandleAsync(HttpContext context, RequestOrigin origin)
    {
        string requestId = Guid.NewGuid().ToString();
        context.Response.Headers["x-amzn-RequestId"] = requestId;
        CancellationToken aborted = context.RequestAborted;
        try
        {
            if (FunctionUrlHost.Parse(context.Request.Host.Host) is { } host)
            {
                await functionUrls.HandleAsync(context, host, SignerOf(context.Request), requestId, aborted);
                return;
            }

            guard.Check(context.Request);
            if (S3Pipeline.Claims(context.Request))
            {
                await s3.HandleAsync(context, requestId, aborted);
                return;
            }

            using Answer answer = await AnswerAsync(context, origin, requestId, aborted);
            await answer.WriteAsync(context.Response, aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The client has gone; nobody reads an answer.
        }
        catch (Exception exception)
        {
            // This request ends; its connection and the server live on.
            await FailAsync(context, requestId, exception);
        }
    }

    private async Task<Answer> AnswerAsync(
        HttpContext context, RequestOrigin origin, string requestId, CancellationToken cancellationToken)
    {
        HttpRequest request = context.Request;
        RequestTarget target = RequestTarget.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        SignatureScope? scope = SignatureScope.Read(request.Headers[HeaderNames.Authorization], target.Query("X-Amz-Credential"));
        Caller caller = callers.Read(scope);
        if (internalRoutes.Find(target, origin) is { } route)
        {
            return await route.HandleAsync(new InternalCall(context, target, caller), cancellationToken);
        }

        string service = scope?.Service ?? (operations.Knows(target) ? "lambda" : throw NoService());
        if (service != "lambda")
        {
            return UnservedService.Refuse(request, service, requestId);
        }

        OperationTable.Entry entry = operations.Find(request.Method, target);
        OperationCall call = new(request, target, entry, caller, requestId);
        return await OperateAsync(entry.Operation ?? throw NotServed(entry.Route), call, request, cancellationToken);
    }

    /// <summary>Null when the request to a function URL is not signed for Lambda.</summary>
    private UrlSigner? SignerOf(HttpRequest request)
    {
        SignatureScope? scope = SignatureScope.Read(request.Headers[HeaderNames.Authorization], request.Query["X-Amz-Credential"]);
        return scope?.Service == "lambda" ? new UrlSigner(callers.Read(scope), scope.AccessKeyId) : null;
    }

    private static async Task<Answer> OperateAsync(
        IOperation operation, OperationCall call, HttpRequest request, CancellationToken cancellationToken)
    {
        RequestBytes body = await BodyReader.ReadAsync(request, operation.Limit(call), cancellationToken);
        try
        {
            call.Body = body.Memory;
            return await operation.HandleAsync(call, cancellationToken);
        }
        finally
        {
            call.Body = default;
            body.Dispose();
        }
    }

    private async Task FailAsync(HttpContext context, string requestId, Exception exception)
    {
        AwsError error = ErrorAnswer.Understand(exception);
        if (error.Status >= 500 && error.Status != StatusCodes.Status501NotImplemented)
        {
            Log.RequestFailed(logger, requestId, context.Request.Method, context.Request.Path, exception);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        using Answer answer = ErrorAnswer.Of(error);
        await answer.WriteAsync(context.Response, context.RequestAborted);
    }

    private static AwsError NoService() => new(
        "UnknownOperationException", 404, "The request is not signed and its path is not one of Lambda's or Lamina's.", AwsErrorBody.LowerMessageOnly);

    private static AwsError NotServed(OperationRoute route) => new(
        "NotImplementedException",
        StatusCodes.Status501NotImplemented,
        $"Lamina does not serve the operation {route.Name} yet (docs/not-served.txt lists all such operations).",
        AwsErrorBody.LowerMessageOnly);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed: {Method} {Path}")]
        public static partial void RequestFailed(ILogger logger, string requestId, string method, string path, Exception error);
    }
}

/// <summary>Decided by the socket that took the connection; nothing in a request can change it.</summary>
internal enum RequestOrigin
{
    /// <summary>The listening port: people and their tools.</summary>
    Port,

    /// <summary>The AWS endpoint inside a sandbox: a function, that is, a stranger's code.</summary>
    Sandbox,
}
