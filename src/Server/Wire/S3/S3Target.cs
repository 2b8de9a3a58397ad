using System.Text;
using System.Text.Unicode;
using Lamina.Companions.S3;
using Lamina.Contract;

namespace Lamina.Server.Wire.S3;

/// <summary>
/// The path and query of a request to S3, decoded by S3's own rule: everything behind the bucket's slash is the key, byte for byte, with
/// doubled slashes, dots and control characters. Sample: <c>/bucket/a//b%20c/?versionId=…</c>.
/// </summary>
internal sealed class S3Target
{
    private readonly List<KeyValuePair<string, string>> _query;

    private S3Target(string path, List<KeyValuePair<string, string>> query)
    {
        Path = path;
        _query = query;
    }

    /// <summary>The query, decoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _query;

    /// <summary>Decoded, without the first slash.</summary>
    public string Path { get; }

    /// <summary>Throws <c>InvalidURI</c>.</summary>
    public static S3Target Parse(string raw)
    {
        if (raw.Length > RequestTarget.MaxBytes)
        {
            throw S3Errors.Of("RequestURITooLarge", 414, $"The request target has {raw.Length} bytes; the limit is {RequestTarget.MaxBytes}.");
        }

        if (!raw.StartsWith('/'))
        {
            int authority = raw.IndexOf("://", StringComparison.Ordinal);
            int start = authority < 0 ? -1 : raw.IndexOf('/', authority + 3);
            raw = start < 0 ? throw InvalidUri() : raw[start..];
        }

        int mark = raw.IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? raw : raw[..mark];
        return new S3Target(Decode(path[1..], plusIsSpace: false), mark < 0 ? [] : ParseQuery(raw[(mark + 1)..]));
    }

    /// <summary>The first value of a key; the empty text when it has none; null when it is absent.</summary>
    public string? Query(string name)
    {
        foreach ((string key, string value) in _query)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>In a header x-amz-copy-source too.</summary>
    public static string Decode(string text, bool plusIsSpace)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '%')
            {
                bytes[count++] = i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2])
                    ? Convert.ToByte(text.Substring(i + 1, 2), 16)
                    : throw InvalidUri();
                i += 2;
            }
            else if (char.IsAscii(c))
            {
                bytes[count++] = c == '+' && plusIsSpace ? (byte)' ' : (byte)c;
            }
            else
            {
                count += Encoding.UTF8.GetBytes(text.AsSpan(i, 1), bytes.AsSpan(count));
            }
        }

        ReadOnlySpan<byte> decoded = bytes.AsSpan(0, count);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : throw InvalidUri();
    }

    private static List<KeyValuePair<string, string>> ParseQuery(string query)
    {
        List<KeyValuePair<string, string>> pairs = [];
        foreach (string part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? part : part[..equals];
            string value = equals < 0 ? "" : part[(equals + 1)..];
            pairs.Add(new(Decode(key, plusIsSpace: true), Decode(value, plusIsSpace: true)));
        }

        return pairs;
    }

    private static AwsError InvalidUri() => S3Errors.Of("InvalidURI", 400, "Couldn't parse the specified URI.");
}
