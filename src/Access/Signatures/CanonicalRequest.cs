using System.Security.Cryptography;
using System.Text;

namespace Lamina.Access.Signatures;

/// <summary>
/// The text that is signed: method, path, query, headers, their names, hash of the body; one a line.
/// AWS also removes dot segments from paths of services other than S3. No path of ours has any, and to a router such a path is
/// another one, so it is taken as sent: a request that was changed so does not match.
/// </summary>
internal static class CanonicalRequest
{
    public static string Of(SignedRequest request, RequestSignature signature, string payloadHash, bool encodePathTwice)
    {
        StringBuilder text = new();
        text.Append(request.Method).Append('\n');
        text.Append(encodePathTwice ? Encode(request.RawPath, keepSlash: true) : Encode(Uri.UnescapeDataString(request.RawPath), keepSlash: true));
        text.Append('\n');
        text.AppendJoin('&', request.Query
            .Where(static pair => pair.Key != "X-Amz-Signature")
            .Select(static pair => (Key: Encode(pair.Key, keepSlash: false), Value: Encode(pair.Value, keepSlash: false)))
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal)
            .Select(static pair => $"{pair.Key}={pair.Value}"));
        text.Append('\n');
        foreach (string name in signature.SignedHeaders)
        {
            text.Append(name).Append(':').Append(Collapsed(request.Header(name) ?? "")).Append('\n');
        }

        text.Append('\n').AppendJoin(';', signature.SignedHeaders).Append('\n').Append(payloadHash);
        return text.ToString();
    }

    public static string StringToSign(string canonicalRequest, RequestSignature signature) =>
        $"{RequestSignature.Algorithm}\n{RequestSignature.Format(signature.Time)}\n{signature.Scope}\n"
        + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)));

    private static string Encode(string text, bool keepSlash)
    {
        string encoded = Uri.EscapeDataString(text);
        return keepSlash ? encoded.Replace("%2F", "/", StringComparison.Ordinal) : encoded;
    }

    private static string Collapsed(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
