using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Checks what comes with an invocation. The event itself is only looked at, never read into anything.</summary>
internal static class InvokePayload
{
    private const string Prefix = "Could not parse request body into json: Could not parse payload into json: ";
    private const string Expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

    // AWS's parser is Jackson; this is how it writes the place when it may not quote the source.
    private const string Source = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {0}, column: {1}]";

    public static ReadOnlyMemory<byte> EmptyEvent { get; } = "{}"u8.ToArray();

    /// <summary>Not pooled: the event may outlive the request, whose client can go at any time.</summary>
    public static BodyLimit Limit(int bytes, string type) => new(bytes, Pooled: false, size => AwsError.RequestTooLarge(string.Create(
        CultureInfo.InvariantCulture, $"{size} byte payload is too large for the {type} invocation type (limit {bytes} bytes)")));

    /// <summary>SDKs send a blob's type or JSON; curl -d sends a form's. What says it is something else is refused.</summary>
    public static void CheckContentType(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return;
        }

        string? type = MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? parsed) ? parsed.MediaType?.ToLowerInvariant() : null;
        bool accepted = type is "application/octet-stream" or "binary/octet-stream" or "application/x-www-form-urlencoded"
            || (type?.StartsWith("application/", StringComparison.Ordinal) == true && type.Contains("json", StringComparison.Ordinal));
        if (!accepted)
        {
            throw new AwsError(
                "UnsupportedMediaTypeException", 415, $"Unsupported content type: {contentType}", AwsErrorBody.TypeAndLowerMessage);
        }
    }

    public static Invocation InvocationOf(OperationCall call, FunctionReference reference, string? clientContext, bool withLogTail) => new()
    {
        RequestId = call.RequestId,
        Payload = call.Body.IsEmpty ? EmptyEvent : call.Body,
        // As the caller named the function: with the qualifier exactly when there was one.
        InvokedFunctionArn = reference.ToString(),
        ClientContext = ReadClientContext(clientContext),
        TraceId = TraceId.Of(call.Header("X-Amzn-Trace-Id")),
        WantsLogTail = withLogTail,
    };

    public static void CheckJson(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        Utf8JsonReader reader = new(payload, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException malformed)
        {
            throw AwsError.InvalidRequestContent(Prefix + Describe(payload, malformed));
        }

        if (!Utf8.IsValid(payload))
        {
            throw AwsError.InvalidRequestContent(Prefix + DescribeBytes(payload));
        }
    }

    /// <summary>The JSON object in a header that holds it as at most 3,583 bytes of base64.</summary>
    public static string? ReadClientContext(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        if (header.Length > Limits.ClientContextBytes)
        {
            throw AwsError.InvalidRequestContent($"Client context must be less than {Limits.ClientContextBytes} bytes when base64 encoded.");
        }

        byte[] decoded = new byte[header.Length];
        if (!Convert.TryFromBase64String(header, decoded, out int length) || !IsObject(decoded.AsSpan(0, length)))
        {
            throw AwsError.InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.");
        }

        return Encoding.UTF8.GetString(decoded, 0, length);
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Describe(ReadOnlySpan<byte> payload, JsonException malformed)
    {
        long line = malformed.LineNumber ?? 0;
        long column = malformed.BytePositionInLine ?? 0;
        int index = (int)Math.Min(OffsetOf(payload, line) + column, payload.Length);
        if (index == payload.Length)
        {
            return "Unexpected end-of-input" + Place(line, column);
        }

        // Of a word that only begins as null, true or false, our reader names the first letter that differs and Jackson the whole word.
        while (index > 0 && column > 0 && char.IsAsciiLetter((char)payload[index - 1]))
        {
            index--;
            column--;
        }

        ReadOnlySpan<byte> rest = payload[index..];
        int word = Word(rest).Length;
        if (word > 0 && word < rest.Length && IsNoStart(rest[word]))
        {
            return NoStart(rest[word]) + Place(line, column + word + 1);
        }

        return char.IsAsciiLetter((char)rest[0])
            ? $"Unrecognized token '{Word(rest)}': was expecting {Expected}{Place(line, column + Word(rest).Length)}"
            : $"Unexpected character ({Character(rest[0])}): expected a valid value {Expected}{Place(line, column)}";
    }

    /// <summary>The first bytes that are no UTF-8, in a text that is JSON otherwise; Jackson's place is behind the byte it names.</summary>
    private static string DescribeBytes(ReadOnlySpan<byte> payload)
    {
        int index = 0;
        while (Rune.DecodeFromUtf8(payload[index..], out _, out int length) == OperationStatus.Done)
        {
            index += length;
        }

        int bad = index;
        while (!IsNoStart(payload[index]) && bad + 1 < payload.Length)
        {
            bad++;
            if (payload[bad] is < 0x80 or >= 0xC0)
            {
                break;
            }
        }

        ReadOnlySpan<byte> before = payload[..bad];
        string message = bad == index
            ? NoStart(payload[bad])
            : string.Create(CultureInfo.InvariantCulture, $"Invalid UTF-8 middle byte 0x{payload[bad]:x}");
        return message + Place(before.Count((byte)'\n'), bad - before.LastIndexOf((byte)'\n'));
    }

    private static bool IsNoStart(byte value) => value is (>= 0x80 and < 0xC0) or >= 0xF8;

    private static string NoStart(byte value) => string.Create(CultureInfo.InvariantCulture, $"Invalid UTF-8 start byte 0x{value:x}");

    private static int OffsetOf(ReadOnlySpan<byte> payload, long line)
    {
        int offset = 0;
        for (; line > 0; line--)
        {
            offset += payload[offset..].IndexOf((byte)'\n') + 1;
        }

        return offset;
    }

    private static string Word(ReadOnlySpan<byte> rest)
    {
        int end = 0;
        while (end < rest.Length && end < 100 && char.IsAsciiLetterOrDigit((char)rest[end]))
        {
            end++;
        }

        return Encoding.ASCII.GetString(rest[..end]);
    }

    // Bytes 0x80 to 0x9F are control characters to Jackson, read as Latin-1 (recorded for 0x99: code 153).
    private static string Character(byte value) => value is < 0x20 or (>= 0x7F and < 0xA0)
        ? $"(CTRL-CHAR, code {value})"
        : $"'{(char)value}' (code {value})";

    private static string Place(long line, long column) =>
        string.Format(CultureInfo.InvariantCulture, SourcePlace, line + 1, column + 1);

    private static readonly CompositeFormat SourcePlace = CompositeFormat.Parse(Source);
}
