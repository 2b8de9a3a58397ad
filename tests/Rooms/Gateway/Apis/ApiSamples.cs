using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Lamina.Gateway.Apis;
using Microsoft.AspNetCore.Http;

namespace Lamina.Rooms.Tests.Gateway.Apis;

/// <summary>APIs and requests as tests need them.</summary>
internal static class ApiSamples
{
    public const string Function = "arn:aws:lambda:us-east-1:000000000000:function:orders";

    public static string InvocationUri { get; } = $"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{Function}/invocations";

    public static ApiRoute Route(string method, string path, string format = "1.0") => new(method, path, "res123", Function, format, null);

    public static Api Api(ApiKind kind, params ApiRoute[] routes) => new()
    {
        Id = "abc123",
        Account = "000000000000",
        Region = "us-east-1",
        Kind = kind,
        Routes = [.. routes],
        Stages = new[]
        {
            Stage("prod", ("table", "orders")), kind == ApiKind.Http ? Stage(ApiRoute.Default) : Stage("dev"),
        }.ToFrozenDictionary(static stage => stage.Name),
    };

    public static ApiStage Stage(string name, params (string Name, string Value)[] variables) =>
        new(name, variables.ToFrozenDictionary(static variable => variable.Name, static variable => variable.Value), "dep123");

    /// <param name="target">With the stage.</param>
    public static ApiRequest Request(Api api, string method, string target, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        DefaultHttpContext context = new();
        context.Request.Method = method;
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("abc123.execute-api.us-east-1.localhost", 4566);
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Connection.LocalPort = 4566;
        context.Request.Headers.UserAgent = "test";
        foreach ((string name, string value) in headers)
        {
            context.Request.Headers.Append(name, value);
        }

        string[] parts = target.Split('?', 2);
        (ApiStage stage, string path) = ApiGateway.StageOf(api, parts[0])!.Value;
        return new ApiRequest
        {
            Api = api,
            Stage = stage,
            Match = RouteMatch.Find(api.Routes, method, path)!,
            Http = context.Request,
            RawPath = parts[0],
            Path = path,
            RawQuery = parts.Length == 2 ? parts[1] : "",
            Body = body,
            RequestId = "8dc40e2c-4d0c-4a68-9d0e-6f7c6b2ad0f1",
            TraceId = "Root=1-5759e988-bd862e3fe1be46a994272793",
            Time = DateTimeOffset.FromUnixTimeMilliseconds(1_583_348_638_390),
        };
    }

    public static JsonElement Json(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json).RootElement;

    public static string Text(JsonElement element) => element.GetRawText().Replace('"', '\'');

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.Replace('\'', '"'));

    public static ImmutableArray<ApiRoute> Routes(params string[] routes) => [.. routes.Select(static route => Route(route.Split(' ')[0], route.Split(' ')[1]))];
}
