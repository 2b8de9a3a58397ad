using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lamina.Access.Sessions;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>A URL by which whoever has it may put one object: Signature Version 4 in the query (S3, sigv4-query-string-auth).</summary>
internal static class SignedUrl
{
    public static string Put(
        string authority, string region, string bucket, string key, SessionCredentials credentials, DateTimeOffset now, TimeSpan lifetime)
    {
        string date = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string scope = $"{date}/{region}/s3/aws4_request";
        string path = $"/{bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";
        (string Name, string Value)[] parameters =
        [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", $"{credentials.AccessKeyId}/{scope}"),
            ("X-Amz-Date", time),
            ("X-Amz-Expires", ((int)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("X-Amz-Security-Token", credentials.SessionToken),
            ("X-Amz-SignedHeaders", "host"),
        ];
        string query = string.Join('&', parameters.Select(static parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        string request = $"PUT\n{path}\n{query}\nhost:{authority}\n\nhost\nUNSIGNED-PAYLOAD";
        string toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        byte[] signing = new[] { date, region, "s3", "aws4_request", toSign }.Aggregate(
            Encoding.UTF8.GetBytes($"AWS4{credentials.SecretAccessKey}"), static (secret, text) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
        return $"http://{authority}{path}?{query}&X-Amz-Signature={Convert.ToHexStringLower(signing)}";
    }
}
