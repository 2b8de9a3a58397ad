using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lamina.Gateway.Apis;

/// <summary>
/// The event of format 2.0, as an HTTP API makes it. Sample:
/// <c>{"version":"2.0","routeKey":"GET /p/{id}","rawPath":"/stage/p/1","headers":{…},"pathParameters":{"id":"1"},"requestContext":{…},"isBase64Encoded":false}</c>
/// </summary>
internal static class HttpEvent
{
    private static readonly JsonWriterOptions AsSent = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(ApiRequest request)
    {
        ArrayBufferWriter<byte> buffer = new(2048 + request.Body.Length);
        using Utf8JsonWriter json = new(buffer, AsSent);
        json.WriteStartObject();
        json.WriteString("version", "2.0");
        json.WriteString("routeKey", KeyOf(request.Match.Route));
        json.WriteString("rawPath", request.RawPath);
        json.WriteString("rawQueryString", request.RawQuery);
        UrlEvent.WriteCookies(json, request.Http);
        UrlEvent.WriteHeaders(json, request.Http, request.TraceId);
        UrlEvent.WriteQuery(json, request.RawQuery);
        new EventContext
        {
            AccountId = request.Api.Account,
            ApiId = request.Api.Id,
            DomainName = request.DomainName,
            Http = request.Http,
            RawPath = request.RawPath,
            SourceIp = request.SourceIp,
            RequestId = request.RequestId,
            RouteKey = KeyOf(request.Match.Route),
            Stage = request.Stage.Name,
            Time = request.Time,
        }.Write(json);
        WriteMap(json, "pathParameters", request.Match.Parameters.Select(static parameter =>
            KeyValuePair.Create(parameter.Key, Uri.UnescapeDataString(parameter.Value))));
        WriteMap(json, "stageVariables", request.Stage.Variables);
        UrlEvent.WriteBody(json, request.Http, request.Body);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>As routes are written: <c>GET /p/{id}</c>, <c>$default</c>.</summary>
    private static string KeyOf(ApiRoute route) => route.Path == ApiRoute.Default ? ApiRoute.Default : $"{route.Method} {route.Path}";

    /// <summary>Absent when it is empty.</summary>
    private static void WriteMap(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> map)
    {
        KeyValuePair<string, string>[] members = [.. map];
        if (members.Length == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach ((string key, string value) in members)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
