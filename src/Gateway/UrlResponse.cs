using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Gateway;

/// <summary>What a function's result says as an HTTP response.</summary>
internal sealed record UrlResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    private const string Json = "application/json";
    private const string Binary = "application/octet-stream";

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = Limits.FunctionResultDepth };

    /// <summary>
    /// An object with a statusCode is a response; anything else is the body of a 200 (recorded: a string without its quotes, JSON without spaces).
    /// Null when it looks like a response and cannot be one.
    /// </summary>
    public static UrlResponse? Of(ReadOnlyMemory<byte> result)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(result, new JsonDocumentOptions { MaxDepth = Limits.FunctionResultDepth });
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("statusCode", out JsonElement status)
                ? Shaped(root, status)
                : Plain(BytesOf(root));
        }
        catch (JsonException)
        {
            // A custom runtime may answer what is no JSON; AWS passes that on as it is.
            return Plain(result.ToArray());
        }
        catch (Exception malformed) when (malformed is FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    public static UrlResponse Plain(ReadOnlyMemory<byte> body) => new(200, [new("Content-Type", Json)], body);

    /// <summary>The head of a streamed response that says nothing of itself.</summary>
    public static UrlResponse OfStream(string? contentType) => new(200, [new("Content-Type", contentType ?? Binary)], default);

    /// <summary>The head that stands before a streamed body; null when it cannot be one.</summary>
    public static UrlResponse? OfPrelude(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            int status = 200;
            return Member(root, "statusCode") is { } given && !TryStatus(given, out status)
                ? null
                : new UrlResponse(status, HeadersOf(root, Binary), default);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static UrlResponse? Shaped(JsonElement root, JsonElement statusCode)
    {
        if (!TryStatus(statusCode, out int status))
        {
            return null;
        }

        bool encoded = Member(root, "isBase64Encoded")?.GetBoolean() ?? false;
        byte[] body = (Member(root, "body"), encoded) switch
        {
            (null, _) => [],
            ({ } text, true) => Convert.FromBase64String(text.GetString()!),
            // A body that is no text is sent as JSON (recorded).
            ({ } value, false) => BytesOf(value),
        };
        return new UrlResponse(status, HeadersOf(root, Json), body);
    }

    /// <summary>A text as it is, anything else as JSON without spaces.</summary>
    private static byte[] BytesOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Encoding.UTF8.GetBytes(value.GetString()!);
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Compact);
        value.WriteTo(writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static List<KeyValuePair<string, string>> HeadersOf(JsonElement root, string contentType)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (Member(root, "headers") is { } given)
        {
            headers.AddRange(given.EnumerateObject().Select(static header => new KeyValuePair<string, string>(header.Name, TextOf(header.Value))));
        }

        if (!headers.Exists(static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new("Content-Type", contentType));
        }

        if (Member(root, "cookies") is { } cookies)
        {
            headers.AddRange(cookies.EnumerateArray().Select(static cookie => new KeyValuePair<string, string>("Set-Cookie", cookie.GetString()!)));
        }

        return headers;
    }

    private static bool TryStatus(JsonElement element, out int status)
    {
        status = 0;
        bool number = element.ValueKind == JsonValueKind.Number
            ? element.TryGetInt32(out status)
            : element.ValueKind == JsonValueKind.String && int.TryParse(element.GetString(), out status);
        return number && status is >= 200 and <= 599;
    }

    private static JsonElement? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new FormatException("A header's value must be text."),
    };
}
