using System.Collections.Frozen;
using Lamina.Execution.Environments;
using Lamina.Execution.Shells;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Execution.RuntimeApi;

/// <summary>One request of a runtime, seen through Kestrel's features: no HttpContext is built on the way of an invocation.</summary>
internal readonly record struct RuntimeRequest(IFeatureCollection Features, SandboxPeer Peer)
{
    public IHttpRequestFeature Request => Features.GetRequiredFeature<IHttpRequestFeature>();

    public IHttpResponseFeature Response => Features.GetRequiredFeature<IHttpResponseFeature>();

    public IHttpResponseBodyFeature ResponseBody => Features.GetRequiredFeature<IHttpResponseBodyFeature>();

    public IHttpRequestLifetimeFeature Lifetime => Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();

    /// <summary>Of a request to the Runtime API, which no other sandbox has.</summary>
    public ExecutionEnvironment Environment => Peer.Door!.Environment!;
}

/// <summary>The Lambda Runtime API, version 2018-06-01, and the Extensions, Telemetry and Logs API on one screen. No middleware: routes and the AWS endpoint.</summary>
internal sealed class RuntimeApiApplication(RequestDelegate awsEndpoint) : IHttpApplication<RuntimeRequest>
{
    private const string Prefix = "/2018-06-01/";
    private const string TelemetryPath = "/2022-07-01/telemetry";
    private const string LogsPath = "/2020-08-15/logs";
    private const string ExtensionPrefix = "/2020-01-01/extension/";
    private const string InvocationPrefix = "/2018-06-01/runtime/invocation/";

    private static readonly FrozenSet<string> ExtensionPaths = FrozenSet.Create(
        StringComparer.Ordinal,
        "/2020-01-01/extension/register",
        "/2020-01-01/extension/event/next",
        "/2020-01-01/extension/init/error",
        "/2020-01-01/extension/exit/error",
        TelemetryPath,
        LogsPath);

    public RuntimeRequest CreateContext(IFeatureCollection contextFeatures) =>
        new(contextFeatures, contextFeatures.GetRequiredFeature<SandboxPeer>());

    public Task ProcessRequestAsync(RuntimeRequest context)
    {
        IHttpRequestFeature request = context.Request;
        string path = request.Path;
        if (context.Peer.Door is { Environment: null })
        {
            return context.Peer.IsAwsEndpoint ? RuntimeAnswers.WriteTextAsync(context, 404, "404 page not found\n") : StartCalls.HandleAsync(context, path);
        }

        if (context.Peer.IsAwsEndpoint)
        {
            return awsEndpoint(new DefaultHttpContext(context.Features));
        }

        return (request.Method, path) switch
        {
            ("GET", "/2018-06-01/runtime/invocation/next") => NextCall.HandleAsync(context),
            ("POST", "/2018-06-01/runtime/init/error") => ErrorCalls.HandleInitErrorAsync(context),
            ("POST", _) when TryRequestId(path, "/response", out string? id) => ResponseCall.HandleAsync(context, id),
            ("POST", _) when TryRequestId(path, "/error", out string? id) => ErrorCalls.HandleAsync(context, id),
            (_, _) when IsOfExtensions(path) => HandleExtensionAsync(context, request.Method, path),
            ("POST", ShellRules.LearntPath) => StartCalls.HandleLearntAsync(context),
            ("GET", "/2018-06-01/ping" or "/ping") => RuntimeAnswers.WriteTextAsync(context, 200, "pong"),
            _ when path.StartsWith(Prefix, StringComparison.Ordinal) && IsKnown(path) => RuntimeAnswers.WriteTextAsync(context, 405, ""),
            _ => RuntimeAnswers.WriteTextAsync(context, 404, "404 page not found\n"),
        };
    }

    public void DisposeContext(RuntimeRequest context, Exception? exception)
    {
        // Kestrel owns the features; there is nothing of ours to dispose.
    }

    private static bool IsOfExtensions(string path) =>
        path.StartsWith(ExtensionPrefix, StringComparison.Ordinal)
            || path.StartsWith(TelemetryPath, StringComparison.Ordinal)
            || path.StartsWith(LogsPath, StringComparison.Ordinal);

    private static Task HandleExtensionAsync(RuntimeRequest context, string method, string path)
    {
        if (context.Environment.ExtensionsOff)
        {
            return RuntimeAnswers.WriteTextAsync(context, 404, "");
        }

        return (method, path) switch
        {
            ("POST", "/2020-01-01/extension/register") => ExtensionCalls.RegisterAsync(context),
            ("GET", "/2020-01-01/extension/event/next") => ExtensionCalls.NextAsync(context),
            ("POST", "/2020-01-01/extension/init/error") => ExtensionCalls.InitErrorAsync(context),
            ("POST", "/2020-01-01/extension/exit/error") => ExtensionCalls.ExitErrorAsync(context),
            ("PUT", TelemetryPath or TelemetryPath + "/") => SubscribeCalls.TelemetryAsync(context),
            ("PUT", LogsPath or LogsPath + "/") => SubscribeCalls.LogsAsync(context),
            _ when ExtensionPaths.Contains(path) => RuntimeAnswers.WriteTextAsync(context, 405, ""),
            _ => RuntimeAnswers.WriteTextAsync(context, 404, "404 page not found\n"),
        };
    }

    /// <summary><c>/2018-06-01/runtime/invocation/{id}/response</c></summary>
    private static bool TryRequestId(string path, string ending, out string id)
    {
        bool matches = path.Length > InvocationPrefix.Length + ending.Length
            && path.StartsWith(InvocationPrefix, StringComparison.Ordinal)
            && path.EndsWith(ending, StringComparison.Ordinal)
            && !path.AsSpan(InvocationPrefix.Length..^ending.Length).Contains('/');
        id = matches ? path[InvocationPrefix.Length..^ending.Length] : "";
        return matches;
    }

    private static bool IsKnown(string path) =>
        path is "/2018-06-01/runtime/invocation/next" or "/2018-06-01/runtime/init/error" or "/2018-06-01/ping"
            || TryRequestId(path, "/response", out _)
            || TryRequestId(path, "/error", out _);
}
