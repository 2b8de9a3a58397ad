using System.Text.RegularExpressions;
using Lamina.Access;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Execution.Debugging;
using Lamina.Functions;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway.Apis;

/// <summary>
/// The story of a request to an API: (1) the host's API, and the stage its path begins with; (2) a preflight of an HTTP API with CORS is
/// answered here; (3) the route; (4) whether the function lets the API call it; (5) the body within its limit becomes the event; (6) the
/// function runs, as long as the API waits; (7) its result becomes the response. A route that answers by itself does so after (3).
/// </summary>
public sealed partial class ApiGateway(IApiDirectory apis, FunctionDirectory directory, FunctionPermissions permissions, Invoker invoker, TimeProvider time)
{
    private const string Service = "apigateway.amazonaws.com";

    public async Task HandleAsync(HttpContext context, ApiHost host, string requestId, CancellationToken cancellationToken)
    {
        // 1. API and stage.
        (string rawPath, string rawQuery) = UrlRequest.SplitTarget(context);
        if (apis.Find(host.Id, host.Region) is not { } api)
        {
            await ApiError.Forbidden.WriteAsync(context.Response, cancellationToken);
            return;
        }

        if (StageOf(api, rawPath) is not var (stage, path))
        {
            await (api.Kind == ApiKind.Rest ? ApiError.Forbidden : ApiError.NotFound).WriteAsync(context.Response, cancellationToken);
            return;
        }

        // 2. Preflight.
        if (UrlCorsHeaders.IsPreflight(context.Request, api.Cors))
        {
            UrlCorsHeaders.AnswerPreflight(context.Request, context.Response, api.Cors!);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        // 3. The route.
        ApiTarget target = new(api, stage, rawPath, path, rawQuery);
        RouteMatch? match = RouteMatch.Find(api.Routes, context.Request.Method, path);
        if (match?.Route is { Unserved: null, Mock: { } mock })
        {
            await MockAsync(context, api, mock, cancellationToken);
            return;
        }

        await (FindTarget(target, match, out ApiError? error) is { } found
            ? RunAsync(context, target, found, requestId, cancellationToken)
            : FailAsync(context, api, error!, cancellationToken));
    }

    private static async Task MockAsync(HttpContext context, Api api, MockIntegration mock, CancellationToken cancellationToken)
    {
        if (await UrlBody.ReadAsync(context.Request, cancellationToken) is not { } body)
        {
            await FailAsync(context, api, ApiError.TooLarge(api.Kind), cancellationToken);
            return;
        }

        UrlResponse? response = mock.AnswerTo(context.Request.ContentType, body.Span, out bool accepts)?.ToResponse();
        if (response is null || !UrlAnswer.TrySetHead(context.Response, response))
        {
            await FailAsync(context, api, accepts ? ApiError.NotInvoked(api.Kind) : ApiError.UnsupportedType, cancellationToken);
            return;
        }

        await UrlAnswer.WriteBodyAsync(context.Response, response.Body, cancellationToken);
    }

    private async Task RunAsync(HttpContext context, ApiTarget target, FoundRoute found, string requestId, CancellationToken cancellationToken)
    {
        // 5. The event.
        ReadOnlyMemory<byte>? body = await UrlBody.ReadAsync(context.Request, cancellationToken);
        ApiRequest request = new()
        {
            Api = target.Api,
            Stage = target.Stage,
            Match = found.Match,
            Http = context.Request,
            RawPath = target.RawPath,
            Path = target.Path,
            RawQuery = target.RawQuery,
            Body = body ?? default,
            RequestId = requestId,
            TraceId = TraceId.Of(context.Request.Headers["X-Amzn-Trace-Id"]),
            Time = time.GetUtcNow(),
        };
        ReadOnlyMemory<byte> payload = body is null ? default : found.Match.Route.PayloadFormat == "2.0" ? HttpEvent.Write(request) : RestEvent.Write(request);
        if (body is null || payload.Length > Limits.SyncPayloadBytes)
        {
            await FailAsync(context, target.Api, ApiError.TooLarge(target.Api.Kind), cancellationToken);
            return;
        }

        // 6. The function.
        Task<InvokeOutcome> running = InvokeAsync(target, found, InvocationOf(request, payload, found.FunctionArn), cancellationToken);
        try
        {
            await running.WaitAsync(TimeoutOf(target.Api.Kind, found), time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // The function runs on, as it does behind AWS's API; nobody reads what it gives.
            _ = running.ContinueWith(
                static ended => ended.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            await FailAsync(context, target.Api, ApiError.TimedOut(target.Api.Kind), cancellationToken);
            return;
        }

        // 7. The response.
        using InvokeOutcome outcome = await running;
        await AnswerAsync(context, request, outcome, cancellationToken);
    }

    private async Task<InvokeOutcome> InvokeAsync(ApiTarget target, FoundRoute found, Invocation invocation, CancellationToken cancellationToken)
    {
        InvokeOutcome outcome = await invoker.InvokeAsync(found.Function, invocation, cancellationToken);
        while (outcome.Result == InvokeResult.VersionGone && FindFunction(target, found.Match.Route) is var (newer, _))
        {
            outcome = await invoker.InvokeAsync(newer, invocation, cancellationToken);
        }

        return outcome;
    }

    /// <summary>A function that waits for its debugger is waited for.</summary>
    private static TimeSpan TimeoutOf(ApiKind kind, FoundRoute found)
    {
        TimeSpan longest = kind == ApiKind.Rest ? Limits.RestIntegrationTimeout : Limits.HttpIntegrationTimeout;
        return DebugSession.SettingOf(found.Function) is not null ? Timeout.InfiniteTimeSpan
            : found.Match.Route.Timeout is { } given && given < longest ? given : longest;
    }

    /// <summary>Null, and why, when the request leads to no function.</summary>
    private FoundRoute? FindTarget(ApiTarget target, RouteMatch? match, out ApiError? error)
    {
        error = target.Api.Kind == ApiKind.Rest ? ApiError.NoRoute : ApiError.NotFound;
        if (match is null)
        {
            return null;
        }

        if (match.Route.Unserved is { } unserved)
        {
            error = ApiError.Unserved(unserved);
            return null;
        }

        // 4. Whether it may.
        error = ApiError.NotInvoked(target.Api.Kind);
        return FindFunction(target, match.Route) is var (function, arn) ? new FoundRoute(match, function, arn) : null;
    }

    /// <summary>The stage and the rest of the path. Null when there is no such stage.</summary>
    internal static (ApiStage Stage, string Path)? StageOf(Api api, string rawPath)
    {
        int end = rawPath.IndexOf('/', 1);
        string first = Uri.UnescapeDataString(end < 0 ? rawPath[1..] : rawPath[1..end]);
        return api.Stages.TryGetValue(first, out ApiStage? named) && first != ApiRoute.Default ? (named, end < 0 ? "/" : rawPath[end..])
            : api.Kind == ApiKind.Http && api.Stages.TryGetValue(ApiRoute.Default, out ApiStage? whole) ? (whole, rawPath)
            : null;
    }

    /// <summary>For which resource API Gateway asks: <c>arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH</c>.</summary>
    internal static string SourceArnOf(Api api, ApiStage stage, ApiRoute route, string method) => route.Path == ApiRoute.Default
        ? $"arn:aws:execute-api:{api.Region}:{api.Account}:{api.Id}/{stage.Name}/{ApiRoute.Default}"
        : $"arn:aws:execute-api:{api.Region}:{api.Account}:{api.Id}/{stage.Name}/{method}{route.Path}";

    /// <summary>Null when there is none, it is not ready, or it does not let the API call it.</summary>
    private (FunctionVersion Function, string Arn)? FindFunction(ApiTarget target, ApiRoute route)
    {
        Api api = target.Api;
        string arn = StageVariable().Replace(route.FunctionArn!, match => target.Stage.Variables.GetValueOrDefault(match.Groups["name"].Value) ?? "");
        Caller owner = new()
        {
            Account = AccountId.Parse(api.Account),
            Region = api.Region,
            PrincipalArn = $"arn:aws:iam::{api.Account}:root",
        };
        if (!FunctionReference.TryParse(arn, owner, out FunctionReference? reference))
        {
            return null;
        }

        AccessRequest asked = new(owner with { Account = reference.Function.Account }, "lambda:InvokeFunction", reference.ToString(), OrganizationId: null)
        {
            Service = Service,
            SourceArn = SourceArnOf(api, target.Stage, route, route.Method == ApiRoute.AnyMethod ? "*" : route.Method),
            SourceAccount = api.Account,
        };
        try
        {
            return permissions.Allows(reference, asked)
                ? (directory.ResolveInvocable(asked.Caller, reference.Function.ToString(), reference.Qualifier), reference.ToString())
                : null;
        }
        catch (AwsError)
        {
            return null;
        }
    }

    private static async Task AnswerAsync(HttpContext context, ApiRequest request, InvokeOutcome outcome, CancellationToken cancellationToken)
    {
        Api api = request.Api;
        UrlResponse? response = outcome.Result != InvokeResult.Succeeded ? null
            : request.Match.Route.PayloadFormat == "2.0" ? ProxyResponse.OfFormat2(outcome.Payload)
            : ProxyResponse.Of(outcome.Payload, decodes: api.Kind == ApiKind.Http || RestEvent.IsBinary(api, context.Request.Headers.Accept.ToString()));
        if (response is null || !UrlAnswer.TrySetHead(context.Response, response))
        {
            await FailAsync(context, api, ApiError.Malformed(api.Kind), cancellationToken);
            return;
        }

        if (api.Kind == ApiKind.Rest)
        {
            context.Response.Headers["X-Amzn-Trace-Id"] = request.TraceId;
        }

        UrlCorsHeaders.Add(context.Request, context.Response, api.Cors);
        await UrlAnswer.WriteBodyAsync(context.Response, response.Body, cancellationToken);
    }

    private static Task FailAsync(HttpContext context, Api api, ApiError error, CancellationToken cancellationToken)
    {
        UrlCorsHeaders.Add(context.Request, context.Response, api.Cors);
        return error.WriteAsync(context.Response, cancellationToken);
    }

    private static Invocation InvocationOf(ApiRequest request, ReadOnlyMemory<byte> payload, string functionArn) => new()
    {
        RequestId = request.RequestId,
        Payload = payload,
        InvokedFunctionArn = functionArn,
        ClientContext = null,
        TraceId = request.TraceId,
        WantsLogTail = false,
    };

    /// <summary>What a request's host and path lead to, before its route is known.</summary>
    private sealed record ApiTarget(Api Api, ApiStage Stage, string RawPath, string Path, string RawQuery);

    /// <param name="FunctionArn">As the route has it, with its qualifier.</param>
    private sealed record FoundRoute(RouteMatch Match, FunctionVersion Function, string FunctionArn);

    [GeneratedRegex(@"\$\{stageVariables\.(?<name>[A-Za-z0-9_]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex StageVariable();
}
