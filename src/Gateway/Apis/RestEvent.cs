using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace Lamina.Gateway.Apis;

/// <summary>
/// The event of format 1.0, as a REST API makes it, and an HTTP API whose integration asks for it. Sample:
/// <c>{"resource":"/{proxy+}","path":"/a","httpMethod":"GET","headers":{…},"multiValueHeaders":{…},"requestContext":{…},"body":null,"isBase64Encoded":false}</c>
/// </summary>
internal static class RestEvent
{
    private static readonly JsonWriterOptions AsSent = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Identity =
    [
        "accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType", "cognitoIdentityId",
        "cognitoIdentityPoolId", "principalOrgId", "user", "userArn",
    ];

    public static ReadOnlyMemory<byte> Write(ApiRequest request)
    {
        ArrayBufferWriter<byte> buffer = new(2048 + request.Body.Length);
        using Utf8JsonWriter json = new(buffer, AsSent);
        json.WriteStartObject();
        if (request.Api.Kind == ApiKind.Http)
        {
            json.WriteString("version", "1.0");
        }

        json.WriteString("resource", request.Match.Route.Path);
        json.WriteString("path", request.Api.Kind == ApiKind.Http ? request.RawPath : request.Path);
        json.WriteString("httpMethod", request.Http.Method);
        WriteHeaders(json, request);
        WriteQuery(json, request.RawQuery);
        WriteMap(json, "pathParameters", request.Match.Parameters);
        WriteMap(json, "stageVariables", request.Stage.Variables);
        WriteContext(json, request);
        WriteBody(json, request);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Whether content of this type is handed over, and answered, in base64.</summary>
    public static bool IsBinary(Api api, string? contentType)
    {
        string type = (contentType ?? "").Split(';', ',')[0].Trim();
        return api.BinaryMediaTypes.Any(binary => binary == "*/*" || binary.Equals(type, StringComparison.OrdinalIgnoreCase)
            || (binary.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(binary[..^1], StringComparison.OrdinalIgnoreCase)));
    }

    private static void WriteHeaders(Utf8JsonWriter json, ApiRequest request)
    {
        (string Name, string[] Values)[] headers =
        [
            .. request.Http.Headers.Where(static header => UrlEvent.IsHandedOn(header.Key)).Select(static header => (header.Key, ValuesOf(header.Value))),
            ("X-Amzn-Trace-Id", [request.TraceId]),
            ("X-Forwarded-For", [request.SourceIp]),
            ("X-Forwarded-Port", [UrlEvent.PortOf(request.Http)]),
            ("X-Forwarded-Proto", [request.Http.Scheme]),
        ];
        json.WriteStartObject("headers");
        foreach ((string name, string[] values) in headers)
        {
            json.WriteString(name, values[^1]);
        }

        json.WriteEndObject();
        WriteLists(json, "multiValueHeaders", headers);
    }

    private static string[] ValuesOf(StringValues values) => values.Count == 0 ? [""] : [.. values.Select(static value => value ?? "")];

    /// <summary>The last of several values in one map, all of them in the other; no map at all without any.</summary>
    private static void WriteQuery(Utf8JsonWriter json, string rawQuery)
    {
        (string Name, string[] Values)[] parameters =
        [
            .. rawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split('=', 2))
                .GroupBy(static part => UrlEvent.Decode(part[0]), static part => part.Length == 2 ? UrlEvent.Decode(part[1]) : "", StringComparer.Ordinal)
                .Select(static group => (group.Key, group.ToArray())),
        ];
        if (parameters.Length == 0)
        {
            json.WriteNull("queryStringParameters");
            json.WriteNull("multiValueQueryStringParameters");
            return;
        }

        WriteMap(json, "queryStringParameters", parameters.Select(static parameter => KeyValuePair.Create(parameter.Name, parameter.Values[^1])));
        WriteLists(json, "multiValueQueryStringParameters", parameters);
    }

    private static void WriteLists(Utf8JsonWriter json, string name, (string Name, string[] Values)[] lists)
    {
        json.WriteStartObject(name);
        foreach ((string key, string[] values) in lists)
        {
            json.WriteStartArray(key);
            foreach (string value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Null when it is empty.</summary>
    private static void WriteMap(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> map)
    {
        KeyValuePair<string, string>[] members = [.. map];
        if (members.Length == 0)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach ((string key, string value) in members)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter json, ApiRequest request)
    {
        json.WriteStartObject("requestContext");
        json.WriteString("resourceId", request.Match.Route.ResourceId);
        json.WriteString("resourcePath", request.Match.Route.Path);
        json.WriteString("httpMethod", request.Http.Method);
        json.WriteString("extendedRequestId", ExtendedIdOf(request.RequestId));
        json.WriteString("requestTime", request.Time.UtcDateTime.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        json.WriteString("path", request.RawPath);
        json.WriteString("accountId", request.Api.Account);
        json.WriteString("protocol", request.Http.Protocol);
        json.WriteString("stage", request.Stage.Name);
        json.WriteString("domainPrefix", request.Api.Id);
        json.WriteNumber("requestTimeEpoch", request.Time.ToUnixTimeMilliseconds());
        json.WriteString("requestId", request.RequestId);
        json.WriteStartObject("identity");
        foreach (string name in Identity)
        {
            json.WriteNull(name);
        }

        json.WriteString("sourceIp", request.SourceIp);
        json.WriteString("userAgent", request.Http.Headers.UserAgent.ToString());
        json.WriteEndObject();
        json.WriteString("domainName", request.DomainName);
        json.WriteString("deploymentId", request.Stage.DeploymentId);
        json.WriteString("apiId", request.Api.Id);
        json.WriteEndObject();
    }

    /// <summary>AWS's second id of a request looks like <c>bBHSlHT1oAMFc-w=</c>.</summary>
    private static string ExtendedIdOf(string requestId) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(requestId)[..11]).Replace('+', '-').Replace('/', '_');

    private static void WriteBody(Utf8JsonWriter json, ApiRequest request)
    {
        bool binary = !request.Body.IsEmpty && IsBinary(request.Api, request.Http.ContentType);
        if (request.Body.IsEmpty)
        {
            json.WriteNull("body");
        }
        else if (binary)
        {
            json.WriteBase64String("body", request.Body.Span);
        }
        else
        {
            json.WriteString("body", Encoding.UTF8.GetString(request.Body.Span));
        }

        json.WriteBoolean("isBase64Encoded", binary);
    }
}
