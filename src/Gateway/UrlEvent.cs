using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Lamina.Gateway;

/// <summary>
/// The event of a function URL: API Gateway's payload format 2.0. Sample:
/// <c>{"version":"2.0","routeKey":"$default","rawPath":"/p","rawQueryString":"a=1","headers":{…},"requestContext":{…},"body":"…","isBase64Encoded":false}</c>
/// </summary>
internal static class UrlEvent
{
    private const string Default = "$default";

    private static readonly JsonWriterOptions AsSent = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(UrlRequest request)
    {
        ArrayBufferWriter<byte> buffer = new(2048 + request.Body.Length);
        using Utf8JsonWriter writer = new(buffer, AsSent);
        writer.WriteStartObject();
        writer.WriteString("version", "2.0");
        writer.WriteString("routeKey", Default);
        writer.WriteString("rawPath", request.RawPath);
        writer.WriteString("rawQueryString", request.RawQuery);
        WriteCookies(writer, request.Http);
        WriteHeaders(writer, request.Http, request.TraceId);
        WriteQuery(writer, request.RawQuery);
        new EventContext
        {
            AccountId = request.Signer?.Caller.Account.Value ?? "anonymous",
            ApiId = request.Url.Id,
            DomainName = request.DomainName,
            Http = request.Http,
            RawPath = request.RawPath,
            SourceIp = request.SourceIp,
            RequestId = request.RequestId,
            RouteKey = Default,
            Stage = Default,
            Time = request.Time,
            Signer = request.Signer,
            OrganizationId = request.OrganizationId,
        }.Write(writer);
        WriteBody(writer, request.Http, request.Body);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    internal static void WriteCookies(Utf8JsonWriter writer, HttpRequest http)
    {
        StringValues cookies = http.Headers.Cookie;
        if (cookies.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("cookies");
        foreach (string cookie in cookies.ToString().Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            writer.WriteStringValue(cookie);
        }

        writer.WriteEndArray();
    }

    internal static void WriteHeaders(Utf8JsonWriter writer, HttpRequest http, string traceId)
    {
        writer.WriteStartObject("headers");
        foreach ((string name, StringValues values) in http.Headers)
        {
            if (IsHandedOn(name))
            {
                writer.WriteString(name.ToLowerInvariant(), string.Join(",", values.ToArray()));
            }
        }

        writer.WriteString("x-amzn-trace-id", traceId);
        writer.WriteString("x-forwarded-for", UrlRequest.SourceIpOf(http.HttpContext));
        writer.WriteString("x-forwarded-port", PortOf(http));
        writer.WriteString("x-forwarded-proto", http.Scheme);
        writer.WriteEndObject();
    }

    internal static string PortOf(HttpRequest http) =>
        (http.HttpContext.Connection.LocalPort is > 0 and var local ? local : 80).ToString(CultureInfo.InvariantCulture);

    // What a client says of itself in the first is not to be believed; the others are about the connection, and end with it (recorded).
    internal static bool IsHandedOn(string name) => name.ToLowerInvariant() is not (
        "x-amzn-trace-id" or "x-forwarded-for" or "x-forwarded-port" or "x-forwarded-proto" or "connection" or "keep-alive" or "transfer-encoding");

    internal static void WriteQuery(Utf8JsonWriter writer, string rawQuery)
    {
        IGrouping<string, string>[] parameters =
        [
            .. rawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split('=', 2))
                .GroupBy(static part => Decode(part[0]), static part => part.Length == 2 ? Decode(part[1]) : "", StringComparer.Ordinal),
        ];
        if (parameters.Length == 0)
        {
            return;
        }

        writer.WriteStartObject("queryStringParameters");
        foreach (IGrouping<string, string> parameter in parameters)
        {
            writer.WriteString(parameter.Key, string.Join(",", parameter));
        }

        writer.WriteEndObject();
    }

    internal static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    internal static void WriteBody(Utf8JsonWriter writer, HttpRequest http, ReadOnlyMemory<byte> body)
    {
        bool text = IsText(http.ContentType) && Utf8.IsValid(body.Span);
        if (!body.IsEmpty)
        {
            if (text)
            {
                writer.WriteString("body", body.Span);
            }
            else
            {
                writer.WriteBase64String("body", body.Span);
            }
        }

        writer.WriteBoolean("isBase64Encoded", !body.IsEmpty && !text);
    }

    /// <summary>What API Gateway hands over as text; forms are not among it.</summary>
    private static bool IsText(string? contentType)
    {
        string type = (contentType ?? "text/plain").Split(';')[0].Trim().ToLowerInvariant();
        return type.StartsWith("text/", StringComparison.Ordinal)
            || type is "application/json" or "application/xml" or "application/javascript"
            || type.EndsWith("+json", StringComparison.Ordinal)
            || type.EndsWith("+xml", StringComparison.Ordinal);
    }
}
