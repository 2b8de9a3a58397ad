using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <summary>
/// The path and query of a request, decoded once from the bytes as sent, so that an encoded slash stays part of its segment.
/// Sample: <c>/2015-03-31/functions/arn%3Aaws%3Alambda…/code?Qualifier=1</c>.
/// </summary>
internal sealed class RequestTarget
{
    public const int MaxBytes = 8 * 1024;

    private readonly List<KeyValuePair<string, string>> _query;

    private RequestTarget(IReadOnlyList<string> segments, List<KeyValuePair<string, string>> query)
    {
        Segments = segments;
        _query = query;
    }

    /// <summary>Decoded parts between slashes; one slash at the end is not a part.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>Decoded names and values of the query, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _query;

    /// <summary>The path as sent, without the query.</summary>
    public static string RawPathOf(string raw)
    {
        string target = raw.StartsWith('/') ? raw : PathOfAbsoluteForm(raw);
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? target : target[..mark];
    }

    /// <summary>Throws <see cref="AwsError"/> that names what is wrong with the target.</summary>
    public static RequestTarget Parse(string raw)
    {
        if (raw.Length > MaxBytes)
        {
            throw new AwsError(
                "UriTooLongException", 414, $"The request target has {raw.Length} bytes; the limit is {MaxBytes}.", AwsErrorBody.LowerMessageOnly);
        }

        if (!raw.StartsWith('/'))
        {
            raw = PathOfAbsoluteForm(raw);
        }

        int mark = raw.IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? raw : raw[..mark];
        return new RequestTarget(ParseSegments(path), mark < 0 ? [] : ParseQuery(raw[(mark + 1)..]));
    }

    /// <summary>The value of a key; null when absent, an error when it is there twice.</summary>
    public string? Query(string name)
    {
        string? found = null;
        foreach ((string key, string value) in _query)
        {
            if (key == name)
            {
                found = found is null ? value : throw BadTarget($"The query has the key '{name}' more than once.");
            }
        }

        return found;
    }

    /// <summary>Every value of a key, in their order; null when absent.</summary>
    public IReadOnlyList<string>? QueryList(string name)
    {
        string[] values = [.. _query.Where(pair => pair.Key == name).Select(static pair => pair.Value)];
        return values.Length == 0 ? null : values;
    }

    /// <summary>Names and values of a body of the type application/x-www-form-urlencoded.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ParseForm(ReadOnlySpan<byte> body) =>
        ParseQuery(Encoding.Latin1.GetString(body), Ascii.IsValid(body), mayHoldLines: true);

    // RFC 9112 3.2.2: a client may send "GET http://host/path"; the host is then checked by the Host header all the same.
    private static string PathOfAbsoluteForm(string raw)
    {
        int authority = raw.IndexOf("://", StringComparison.Ordinal);
        int path = authority < 0 ? -1 : raw.IndexOf('/', authority + 3);
        return path < 0 ? throw BadTarget("The request target is not a path.") : raw[path..];
    }

    private static List<string> ParseSegments(string path)
    {
        List<string> segments = [.. path[1..].Split('/').Select(static part => Decode(part, plusIsSpace: false, mayHoldLines: false))];
        if (segments[^1].Length == 0)
        {
            segments.RemoveAt(segments.Count - 1);
        }

        return segments.Contains("") ? throw BadTarget("The path has an empty segment ('//').") : segments;
    }

    private static List<KeyValuePair<string, string>> ParseQuery(string query) => ParseQuery(query, isAscii: true, mayHoldLines: false);

    /// <param name="mayHoldLines">A policy in a form may have line feeds and tabs.</param>
    private static List<KeyValuePair<string, string>> ParseQuery(string query, bool isAscii, bool mayHoldLines)
    {
        if (!isAscii)
        {
            throw BadTarget("The form has a character that must be percent-encoded.");
        }

        List<KeyValuePair<string, string>> pairs = [];
        foreach (string part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? part : part[..equals];
            string value = equals < 0 ? "" : part[(equals + 1)..];
            pairs.Add(new(Decode(key, plusIsSpace: true, mayHoldLines), Decode(value, plusIsSpace: true, mayHoldLines)));
        }

        return pairs;
    }

    private static string Decode(string text, bool plusIsSpace, bool mayHoldLines)
    {
        if (!text.AsSpan().ContainsAny('%', '+') && Ascii.IsValid(text))
        {
            return Checked(text, mayHoldLines);
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            int count = DecodeTo(bytes, text, plusIsSpace);
            return Utf8.IsValid(bytes.AsSpan(0, count))
                ? Checked(Encoding.UTF8.GetString(bytes, 0, count), mayHoldLines)
                : throw BadTarget("The request target is not valid UTF-8.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static int DecodeTo(byte[] bytes, string text, bool plusIsSpace)
    {
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '%')
            {
                bytes[count++] = DecodeEscape(text, i);
                i += 2;
            }
            else
            {
                bytes[count++] = c is '+' && plusIsSpace ? (byte)' '
                    : c <= 0x7F ? (byte)c
                    : throw BadTarget("The request target has a character that must be percent-encoded.");
            }
        }

        return count;
    }

    private static byte DecodeEscape(string text, int index) =>
        index + 2 < text.Length && char.IsAsciiHexDigit(text[index + 1]) && char.IsAsciiHexDigit(text[index + 2])
            ? Convert.ToByte(text.Substring(index + 1, 2), 16)
            : throw BadTarget("The request target has a bad percent escape.");

    private static string Checked(string text, bool mayHoldLines) =>
        text.AsSpan().ContainsAny(mayHoldLines ? ControlCharactersButLines : ControlCharacters)
            ? throw BadTarget("The request target has a control character.")
            : text;

    private static readonly SearchValues<char> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static code => (char)code)]);

    private static readonly SearchValues<char> ControlCharactersButLines =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static code => (char)code).Except(['\t', '\n', '\r'])]);

    private static AwsError BadTarget(string message) => new("BadRequestException", 400, message, AwsErrorBody.LowerMessageOnly);
}
