using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lamina.Cli.Lambda;

/// <summary>
/// AWS Signature Version 4 over host, date, the digest of a body and what else the request has of X-Amz headers: enough for the server to
/// see account, region and service, and for one with keys configured to verify it. A header looks so:
/// <c>AWS4-HMAC-SHA256 Credential=000000000000/20261123/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=…</c>
/// </summary>
internal static class RequestSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Of no body at all.</summary>
    public static string EmptyDigest { get; } = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <param name="bodyDigest">SHA-256 of the body in hex.</param>
    /// <param name="service">As the scope names it; the server tells the services by it.</param>
    public static void Sign(
        HttpRequestMessage request, string bodyDigest, Connection connection, DateTimeOffset now, string service = ServiceNames.Lambda)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string scope = $"{time[..8]}/{connection.Region}/{service}/aws4_request";
        Uri uri = request.RequestUri!;

        request.Headers.Add("X-Amz-Date", time);
        if (bodyDigest != EmptyDigest || service == ServiceNames.S3)
        {
            request.Headers.Add("X-Amz-Content-Sha256", bodyDigest);
        }

        if (connection.SessionToken is { } token)
        {
            request.Headers.Add("X-Amz-Security-Token", token);
        }

        (string Name, string Value)[] headers =
        [
            ("host", uri.Authority),
            .. request.Headers.Where(static header => header.Key.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase))
                .Select(static header => (header.Key.ToLowerInvariant(), string.Join(',', header.Value)))
                .OrderBy(static header => header.Item1, StringComparer.Ordinal),
        ];
        string signedHeaders = string.Join(';', headers.Select(static header => header.Name));
        string canonical = string.Join(
            '\n',
            request.Method.Method,
            service == ServiceNames.S3 ? uri.AbsolutePath : CanonicalPath(uri.AbsolutePath),
            CanonicalQuery(uri.Query),
            string.Join('\n', headers.Select(static header => $"{header.Name}:{header.Value}")),
            string.Empty,
            signedHeaders,
            bodyDigest);
        string toSign = string.Join(
            '\n', Algorithm, time, scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));

        byte[] key = Encoding.UTF8.GetBytes($"AWS4{connection.SecretAccessKey}");
        foreach (string part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"{Algorithm} Credential={connection.AccessKeyId}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}");
    }

    /// <summary>Every service but S3 signs the path encoded once more than it is sent.</summary>
    private static string CanonicalPath(string path) =>
        string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(string query) =>
        string.Join('&', query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : $"{pair}=")
            .Order(StringComparer.Ordinal));
}

/// <summary>The services that are asked, as scopes of signatures name them.</summary>
internal static class ServiceNames
{
    public const string CloudFormation = "cloudformation";

    public const string Lambda = "lambda";

    public const string S3 = "s3";

    public const string Sts = "sts";
}
