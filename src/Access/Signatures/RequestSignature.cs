using System.Globalization;

namespace Lamina.Access.Signatures;

/// <summary>
/// What a request's Signature Version 4 says, read but not yet believed. In a header, in any order:
/// <c>AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=…</c>;
/// in a presigned URL the same parts are the query's X-Amz-Credential, X-Amz-SignedHeaders and X-Amz-Signature.
/// </summary>
public sealed record RequestSignature
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public required string AccessKeyId { get; init; }

    /// <summary>The credential behind the access key: <c>DATE/REGION/SERVICE/aws4_request</c>.</summary>
    public required string Scope { get; init; }

    public required string Region { get; init; }

    public required string Service { get; init; }

    public required IReadOnlyList<string> SignedHeaders { get; init; }

    /// <summary>As sent.</summary>
    public required string Value { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>How long a presigned URL is good for; null for a signature in a header.</summary>
    public required TimeSpan? Lifetime { get; init; }

    public required string? SessionToken { get; init; }

    public string ScopeDate => Scope[..Scope.IndexOf('/', StringComparison.Ordinal)];

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Null when the request is not signed; throws when it is and the signature cannot be read.</summary>
    public static RequestSignature? Read(SignedRequest request)
    {
        string? authorization = request.Header("Authorization");
        bool presigned = request.QueryValue("X-Amz-Signature") is not null || request.QueryValue("X-Amz-Credential") is not null;
        if (authorization is not null && presigned)
        {
            throw Incomplete("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified");
        }

        return authorization is not null ? ReadHeader(authorization, request) : presigned ? ReadQuery(request) : null;
    }

    private static RequestSignature ReadHeader(string authorization, SignedRequest request)
    {
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            throw Incomplete($"Authorization header requires the algorithm '{Algorithm}'.");
        }

        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (string part in authorization[(Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !parts.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                throw Incomplete($"'{Shortened(part)}' not a valid key=value pair (missing equal-sign or given twice) in Authorization header.");
            }
        }

        string? date = request.Header("X-Amz-Date") ?? request.Header("Date");
        string missing = string.Concat(
            new[] { "Credential", "Signature", "SignedHeaders" }
                .Where(name => string.IsNullOrEmpty(parts.GetValueOrDefault(name)))
                .Select(static name => $"Authorization header requires '{name}' parameter. "))
            + (date is null ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " : "");
        return missing.Length > 0
            ? throw Incomplete(missing.TrimEnd())
            : Make(parts["Credential"], parts["SignedHeaders"], parts["Signature"], date!, null, request.Header("X-Amz-Security-Token"));
    }

    private static RequestSignature ReadQuery(SignedRequest request)
    {
        string Required(string name) => request.QueryValue(name) is { Length: > 0 } value
            ? value
            : throw Incomplete($"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters.");

        if (Required("X-Amz-Algorithm") != Algorithm)
        {
            throw Incomplete($"X-Amz-Algorithm only supports \"{Algorithm}\"");
        }

        // Services other than S3 let it be absent.
        string expires = request.QueryValue("X-Amz-Expires") ?? "300";
        if (!int.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds > Contract.Limits.PresignedUrlSeconds)
        {
            throw Incomplete(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
                + $"{Contract.Limits.PresignedUrlSeconds} seconds");
        }

        return Make(
            Required("X-Amz-Credential"), Required("X-Amz-SignedHeaders"), Required("X-Amz-Signature"), Required("X-Amz-Date"),
            TimeSpan.FromSeconds(seconds), request.QueryValue("X-Amz-Security-Token"));
    }

    private static RequestSignature Make(
        string credential, string signedHeaders, string signature, string date, TimeSpan? lifetime, string? token)
    {
        // An access key id has no slash; what AWS calls a region or a service has none either.
        if (credential.Split('/') is not [{ Length: > 0 } key, var day, var region, var service, var terminator])
        {
            throw Incomplete(
                $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{Shortened(credential)}'");
        }

        if (terminator != "aws4_request")
        {
            throw new SignatureException(
                SignatureFault.WrongScope, $"Credential should be scoped with a valid terminator: 'aws4_request', not '{Shortened(terminator)}'.");
        }

        DateTimeOffset time = ReadTime(date);
        if (Format(time)[..8] != day)
        {
            throw new SignatureException(
                SignatureFault.WrongScope,
                $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{Shortened(day)}' != '{Format(time)[..8]}', from '{Format(time)}'.");
        }

        return new RequestSignature
        {
            AccessKeyId = key,
            Scope = credential[(key.Length + 1)..],
            Region = region,
            Service = service,
            SignedHeaders = signedHeaders.Split(';'),
            Value = signature,
            Time = time,
            Lifetime = lifetime,
            SessionToken = token,
        };
    }

    /// <summary>X-Amz-Date, or a Date header in either form.</summary>
    private static DateTimeOffset ReadTime(string text) =>
        DateTimeOffset.TryParseExact(
            text, [TimeFormat, "r"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time
            : throw Incomplete($"Date must be in ISO-8601 'basic format'. Got '{Shortened(text)}'. See http://en.wikipedia.org/wiki/ISO_8601");

    private static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static SignatureException Incomplete(string detail) => new(SignatureFault.Incomplete, detail);
}
