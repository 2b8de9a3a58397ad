using System.Text;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Gateway.Apis;

/// <summary>
/// The response that a function gives in format 1.0: <c>{"statusCode":200,"headers":{…},"multiValueHeaders":{…},"body":"…","isBase64Encoded":false}</c>,
/// with these members and no others.
/// </summary>
internal static class ProxyResponse
{
    private const string Json = "application/json";
    private const string Plain = "text/plain; charset=utf-8";

    /// <summary>Null when the result is no such response.</summary>
    /// <param name="decodes">Whether a body in base64 is decoded: a REST API does so for the media types it holds for binary.</param>
    public static UrlResponse? Of(ReadOnlyMemory<byte> result, bool decodes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(result, new JsonDocumentOptions { MaxDepth = Limits.FunctionResultDepth });
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.EnumerateObject().All(static member => IsKnown(member.Name)) ? Read(root, decodes) : null;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Format 2.0: an object with a status is a response, anything else the body of a 200. A response is plain text unless it says what it is.</summary>
    public static UrlResponse? OfFormat2(ReadOnlyMemory<byte> result)
    {
        UrlResponse? response = UrlResponse.Of(result);
        return response is null || !IsUntyped(result) ? response : response with
        {
            Headers = [.. response.Headers.Select(static header => header.Key == "Content-Type" ? KeyValuePair.Create(header.Key, Plain) : header)],
        };
    }

    private static bool IsKnown(string name) => name is "statusCode" or "headers" or "multiValueHeaders" or "body" or "isBase64Encoded";

    private static UrlResponse? Read(JsonElement root, bool decodes)
    {
        int status = 200;
        if (Member(root, "statusCode") is { } given && !(int.TryParse(given.ToString(), out status) && status is >= 100 and <= 599))
        {
            return null;
        }

        string body = Member(root, "body") is { } text ? text.GetString()! : "";
        bool encoded = Member(root, "isBase64Encoded")?.GetBoolean() ?? false;
        return new UrlResponse(status, HeadersOf(root), encoded && decodes ? Convert.FromBase64String(body) : Encoding.UTF8.GetBytes(body));
    }

    private static List<KeyValuePair<string, string>> HeadersOf(JsonElement root)
    {
        List<KeyValuePair<string, string>> headers = [];
        foreach (JsonProperty header in MembersOf(root, "multiValueHeaders"))
        {
            headers.AddRange(header.Value.EnumerateArray().Select(value => KeyValuePair.Create(header.Name, TextOf(value))));
        }

        foreach (JsonProperty header in MembersOf(root, "headers"))
        {
            if (!headers.Exists(known => known.Key.Equals(header.Name, StringComparison.OrdinalIgnoreCase)))
            {
                headers.Add(KeyValuePair.Create(header.Name, TextOf(header.Value)));
            }
        }

        if (!headers.Exists(static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new("Content-Type", Json));
        }

        return headers;
    }

    /// <summary>A response with a status and no content type.</summary>
    private static bool IsUntyped(ReadOnlyMemory<byte> result)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(result, new JsonDocumentOptions { MaxDepth = Limits.FunctionResultDepth });
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("statusCode", out _)
                && Member(root, "headers")?.EnumerateObject().Any(static header => header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) != true;
        }
        catch (JsonException)
        {
            // The body as it is.
            return false;
        }
    }

    private static IEnumerable<JsonProperty> MembersOf(JsonElement root, string name) => Member(root, name) is { } map ? map.EnumerateObject() : [];

    private static JsonElement? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new FormatException("A header's value must be text."),
    };
}
