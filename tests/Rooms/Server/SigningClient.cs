using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lamina.Rooms.Tests.Server;

/// <summary>A signed request before it becomes bytes: what the signature covers, so that a test can change it.</summary>
internal sealed record SignedText(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    public byte[] ToBytes()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\n");
        foreach ((string name, string value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(Body)}\r\nConnection: close\r\n\r\n{Body}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>Signs as AWS's clients do, written from AWS's description and apart from the product's own code.</summary>
internal sealed record SigningClient(string Host, string AccessKeyId, string Secret, string? Token = null)
{
    public const string Region = "eu-central-1";

    public SignedText Sign(string service, string method, string path, string query, string body, DateTimeOffset now, params (string Name, string Value)[] more)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        SortedDictionary<string, string> signed = new(StringComparer.Ordinal) { ["host"] = Host, ["x-amz-date"] = time };
        foreach ((string name, string value) in more)
        {
            signed[name.ToLowerInvariant()] = value;
        }

        if (Token is not null)
        {
            signed["x-amz-security-token"] = Token;
        }

        string names = string.Join(';', signed.Keys);
        string canonicalQuery = string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        string canonical = $"{method}\n{path}\n{canonicalQuery}\n"
            + string.Concat(signed.Select(static header => $"{header.Key}:{header.Value}\n"))
            + $"\n{names}\n{signed.GetValueOrDefault("x-amz-content-sha256") ?? Hex(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
        string scope = $"{time[..8]}/{Region}/{service}/aws4_request";
        string toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string authorization = $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{scope}, SignedHeaders={names}, "
            + $"Signature={SignatureOf(toSign, scope)}";
        string target = query.Length == 0 ? path : $"{path}?{query}";
        return new SignedText(method, target, [.. signed, new("authorization", authorization)], body);
    }

    /// <summary>
    /// Puts a body into chunks, each signed behind the one before it, the first behind the request that announced them.
    /// </summary>
    /// <param name="announcing">Signed with an empty body and the name of the payload's form.</param>
    /// <param name="trailer">One header, <c>name:value</c>, that goes behind the chunks; or null.</param>
    public SignedText Chunk(SignedText announcing, IReadOnlyList<string> chunks, string? trailer)
    {
        string authorization = announcing.Headers.Single(static header => header.Key == "authorization").Value;
        string previous = authorization[(authorization.IndexOf("Signature=", StringComparison.Ordinal) + "Signature=".Length)..];
        string time = announcing.Headers.Single(static header => header.Key == "x-amz-date").Value;
        string scope = $"{time[..8]}/{Region}/s3/aws4_request";
        string empty = Hex(SHA256.HashData([]));
        StringBuilder body = new();
        foreach (string chunk in chunks.Append(""))
        {
            string digest = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(chunk)));
            previous = SignatureOf($"AWS4-HMAC-SHA256-PAYLOAD\n{time}\n{scope}\n{previous}\n{empty}\n{digest}", scope);
            body.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(chunk):x};chunk-signature={previous}\r\n");
            body.Append(chunk).Append(chunk.Length > 0 ? "\r\n" : "");
        }

        if (trailer is not null)
        {
            string digest = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(trailer + "\n")));
            string signature = SignatureOf($"AWS4-HMAC-SHA256-TRAILER\n{time}\n{scope}\n{previous}\n{digest}", scope);
            body.Append(CultureInfo.InvariantCulture, $"{trailer}\r\nx-amz-trailer-signature:{signature}\r\n");
        }

        return announcing with { Body = body.Append("\r\n").ToString() };
    }

    private string SignatureOf(string text, string scope)
    {
        byte[] key = scope.Split('/').Aggregate(
            Encoding.UTF8.GetBytes($"AWS4{Secret}"), static (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
