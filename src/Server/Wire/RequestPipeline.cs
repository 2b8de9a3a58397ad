using Lamina.Contract;
using Lamina.Gateway;
using Lamina.Gateway.Apis;
using Lamina.Server.Internal;
using Lamina.Server.Wire.Json;
using Lamina.Server.Wire.Query;
using Lamina.Server.Wire.S3;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Wire;

/// <summary>
/// The story of a request, from whichever connection it comes: the listening port or the inside of a sandbox.
/// (1) request id, and the host of a function URL or an API, which leads to functions and nowhere else; (2) Host and Origin, and S3 goes its own
/// way; (3) path and query; (4) caller, by the signature; (5) Lamina's own paths, most of them from the port only; (6) service, by the
/// signature's scope or the path; (7) operation; (8) body within its limit, and the one that was signed; (9) where policies are enforced,
/// whether the caller may; (10) the operation reads, checks and does it; (11) answer or error.
/// </summary>
internal sealed partial class RequestPipeline(
    HostGuard guard,
    Authentication authentication,
    LambdaAuthorization? authorization,
    OperationTable operations,
    QueryServices queries,
    JsonServices jsons,
    InternalRoutes internalRoutes,
    S3Pipeline s3,
    FunctionUrlGateway functionUrls,
    ApiGateway apis,
    ILogger<RequestPipeline> logger)
{
    public async Task HandleAsync(HttpContext context, RequestOrigin origin)
    {
        string requestId = Guid.NewGuid().ToString();
        context.Response.Headers["x-amzn-RequestId"] = requestId;
        CancellationToken aborted = context.RequestAborted;
        ExpectContinue.CloseUnlessTold(context);
        try
        {
            if (FunctionUrlHost.Parse(context.Request.Host.Host) is { } host)
            {
                await functionUrls.HandleAsync(context, host, () => SignerOf(context), requestId, aborted);
                return;
            }

            if (ApiHost.Parse(context.Request.Host.Host) is { } api)
            {
                await apis.HandleAsync(context, api, requestId, aborted);
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
        IInternalRoute? route = internalRoutes.Find(target, origin);
        if (route is { IsPublic: true })
        {
            return await route.HandleAsync(new InternalCall(context, target, authentication.Nobody), cancellationToken);
        }

        Authenticated sender = authentication.Authenticate(context, target.Pairs, operations.Knows(target) ? "lambda" : null);
        if (route is not null)
        {
            sender.VerifyNoBody(context);
            return await route.HandleAsync(new InternalCall(context, target, sender.Caller), cancellationToken);
        }

        string service = sender.Service ?? throw NoService();
        if (queries.Find(service) is { } query)
        {
            return await query.AnswerAsync(request, target, sender, requestId, cancellationToken);
        }

        if (jsons.Find(service) is { } json)
        {
            return await json.AnswerAsync(request, sender, cancellationToken);
        }

        if (service != "lambda")
        {
            await VerifyUnreadAsync(request, sender, cancellationToken);
            return UnservedService.Refuse(request, service, requestId);
        }

        OperationTable.Entry entry;
        IOperation operation;
        try
        {
            entry = operations.Find(request.Method, target);
            operation = entry.Operation ?? throw NotServed(entry.Route);
        }
        catch (AwsError)
        {
            await VerifyUnreadAsync(request, sender, cancellationToken);
            throw;
        }

        OperationCall call = new(request, target, entry, sender.Caller, requestId);
        return await OperateAsync(operation, call, request, sender, cancellationToken);
    }

    /// <summary>Null when the request to a function URL is not signed for Lambda; throws when it is and the signature is not good.</summary>
    private UrlSigner? SignerOf(HttpContext context)
    {
        RequestTarget target = RequestTarget.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        SignatureScope? scope = SignatureScope.Read(context.Request.Headers[HeaderNames.Authorization], target.Query("X-Amz-Credential"));
        if (scope?.Service != "lambda")
        {
            return null;
        }

        Authenticated sender = authentication.Authenticate(context, target.Pairs, "lambda", scope);
        return new UrlSigner(sender.Caller, scope.AccessKeyId, sender.VerifyBody);
    }

    /// <summary>Who is not shown to have signed the request is not told what there is and what not.</summary>
    private static async Task VerifyUnreadAsync(HttpRequest request, Authenticated sender, CancellationToken cancellationToken)
    {
        if (sender.VerifyBody is { } verify)
        {
            using RequestBytes body = await BodyReader.ReadAsync(request, BodyLimit.Small("requested"), cancellationToken);
            verify(body.Memory);
        }
    }

    private async Task<Answer> OperateAsync(
        IOperation operation, OperationCall call, HttpRequest request, Authenticated sender, CancellationToken cancellationToken)
    {
        BodyLimit limit = operation.Limit(call);
        // An operation without a body ignores one; a signature covers it all the same.
        bool ignored = limit.Bytes == 0 && sender.IsVerified;
        RequestBytes body = await BodyReader.ReadAsync(request, ignored ? BodyLimit.Small(operation.Name) : limit, cancellationToken);
        try
        {
            sender.VerifyBody?.Invoke(body.Memory);
            call.Body = ignored ? default : body.Memory;
            authorization?.Check(call, operation.Name);
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

        using Answer answer = AnswerOf(error, context.Request, requestId);
        await answer.WriteAsync(context.Response, context.RequestAborted);
    }

    /// <summary>In the form that the client can read, as far as it can be told.</summary>
    private Answer AnswerOf(AwsError error, HttpRequest request, string requestId) =>
        queries.Speaks(request) ? queries.Answer(error, request, requestId)
        : JsonServices.Speaks(request) ? JsonAnswer.Of(error, JsonServices.ContentTypeOf(request))
        : ErrorAnswer.Of(error);

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
