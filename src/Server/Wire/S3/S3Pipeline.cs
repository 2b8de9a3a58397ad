using System.Security.Cryptography;
using Lamina.Companions.S3;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Wire.S3;

/// <summary>
/// The story of a request to S3. (1) is it one: by the signature's scope, or by the host where there is no signature; (2) path and query
/// by S3's rule; (3) who asks, and is the signature right and a presigned URL still valid; (4) bucket and key from host or path; (5) the operation; (6) answer or
/// error in S3's XML.
/// </summary>
internal sealed partial class S3Pipeline(Authentication authentication, S3RouteTable operations, TimeProvider time, ILogger<S3Pipeline> logger)
{
    private const string Service = "s3";

    /// <summary>1. Lamina's own paths are nobody's bucket.</summary>
    public static bool Claims(HttpRequest request)
    {
        string raw = RawTarget(request);
        if (raw.StartsWith("/_lamina/", StringComparison.Ordinal) || raw.StartsWith("/_localstack/", StringComparison.Ordinal))
        {
            return false;
        }

        string? authorization = request.Headers[HeaderNames.Authorization];
        return authorization is not null
            ? S3Signature.IsForS3(authorization)
            : PresignedUrl.IsForS3(raw) || S3Host.Parse(request.Host.Host).NamesS3;
    }

    public async Task HandleAsync(HttpContext context, string requestId, CancellationToken cancellationToken)
    {
        string hostId = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        SetIds(context.Response, requestId, hostId);
        try
        {
            using Answer answer = await AnswerAsync(context, cancellationToken);
            await answer.WriteAsync(context.Response, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // This request ends; its connection and the server live on.
            await FailAsync(context, requestId, hostId, exception);
        }
    }

    private async Task<Answer> AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        HttpRequest request = context.Request;
        S3Target target = S3Target.Parse(RawTarget(request)); // 2
        SignatureScope scope = S3Signature.Read(request.Headers[HeaderNames.Authorization], target)
            ?? throw S3Errors.AccessDenied("Access Denied"); // 3
        PresignedUrl.Check(target, time.GetUtcNow());
        Authenticated sender = authentication.Authenticate(context, target.Pairs, Service, scope);
        if (sender.IsVerified && sender.Service != Service)
        {
            // Another service's rules leave the body to be verified later, and its credentials are not meant for objects.
            throw S3Errors.Of("AuthorizationHeaderMalformed", 400, $"The authorization header is malformed; incorrect service '{sender.Service}'. This endpoint belongs to 's3'.");
        }

        (string? bucket, string key) = Split(S3Host.Parse(request.Host.Host), target.Path); // 4
        S3Scope about = bucket is null ? S3Scope.Service : key.Length == 0 ? S3Scope.Bucket : S3Scope.Object;
        IS3Operation operation = operations.Find(request, about, target); // 5
        return await operation.HandleAsync(new S3Call(request, target, bucket, key, sender.Caller, sender.Chunks), cancellationToken);
    }

    private async Task FailAsync(HttpContext context, string requestId, string hostId, Exception exception) // 6
    {
        AwsError error = S3ErrorAnswer.Understand(exception);
        if (error.Status == StatusCodes.Status500InternalServerError)
        {
            Log.RequestFailed(logger, requestId, context.Request.Method, context.Request.Path, exception);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        // What the failed answer said of an object is not true of the error.
        context.Response.Clear();
        SetIds(context.Response, requestId, hostId);
        using Answer answer = S3ErrorAnswer.Of(error, context.Request, requestId, hostId);
        await answer.WriteAsync(context.Response, context.RequestAborted);
    }

    private static void SetIds(HttpResponse response, string requestId, string hostId)
    {
        response.Headers["x-amz-request-id"] = requestId;
        response.Headers["x-amz-id-2"] = hostId;
    }

    private static (string? Bucket, string Key) Split(S3Host host, string path)
    {
        if (host.Bucket is not null)
        {
            return (host.Bucket, path);
        }

        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return path.Length == 0 ? (null, "") : slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
    }

    private static string RawTarget(HttpRequest request) => request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "S3 request {RequestId} failed: {Method} {Path}")]
        public static partial void RequestFailed(ILogger logger, string requestId, string method, string path, Exception error);
    }
}
