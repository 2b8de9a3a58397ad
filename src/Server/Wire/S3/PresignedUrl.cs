using System.Globalization;
using Lamina.Companions.S3;
using Lamina.Contract;

namespace Lamina.Server.Wire.S3;

/// <summary>How long a URL that carries its signature is valid.</summary>
internal static class PresignedUrl
{
    /// <summary>Samples: <c>?X-Amz-Credential=AKID%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&amp;…</c>, <c>?AWSAccessKeyId=…&amp;Expires=…</c>.</summary>
    public static bool IsForS3(string rawTarget)
    {
        int query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        if (query < 0)
        {
            return false;
        }

        string signed = rawTarget[query..];
        return signed.Contains("AWSAccessKeyId=", StringComparison.Ordinal)
            || (signed.Contains("X-Amz-Credential=", StringComparison.Ordinal)
                && (signed.Contains("%2Fs3%2Faws4_request", StringComparison.OrdinalIgnoreCase)
                    || signed.Contains("/s3/aws4_request", StringComparison.Ordinal)));
    }

    /// <summary>Throws <c>AccessDenied</c> for a URL that has expired.</summary>
    public static void Check(S3Target target, DateTimeOffset now)
    {
        if (target.Query("X-Amz-Credential") is not null)
        {
            CheckVersion4(target, now);
        }
        else if (target.Query("AWSAccessKeyId") is not null)
        {
            if (!long.TryParse(target.Query("Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out long until))
            {
                throw S3Errors.AccessDenied("Invalid date (should be seconds since epoch): " + target.Query("Expires"));
            }

            Require(DateTimeOffset.FromUnixTimeSeconds(Math.Min(until, DateTimeOffset.MaxValue.ToUnixTimeSeconds())), now);
        }
    }

    private static void CheckVersion4(S3Target target, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParseExact(
                target.Query("X-Amz-Date"),
                "yyyyMMdd'T'HHmmss'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out DateTimeOffset signed))
        {
            throw Malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }

        if (!long.TryParse(target.Query("X-Amz-Expires"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds))
        {
            throw Malformed("X-Amz-Expires should be a number");
        }

        if (seconds < 0)
        {
            throw Malformed("X-Amz-Expires must be non-negative");
        }

        if (seconds > Limits.PresignedLifetime.TotalSeconds)
        {
            throw Malformed("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds");
        }

        Require(signed.AddSeconds(seconds), now);
    }

    private static void Require(DateTimeOffset until, DateTimeOffset now)
    {
        if (now > until)
        {
            throw S3Errors.Of(
                "AccessDenied",
                403,
                "Request has expired",
                ("Expires", until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
                ("ServerTime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        }
    }

    private static AwsError Malformed(string message) => S3Errors.Of("AuthorizationQueryParametersError", 400, message);
}
