using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Lamina.Companions.S3;

/// <summary>A bucket's name by S3's rules for general purpose buckets (User Guide, bucketnamingrules). One name space for all accounts.</summary>
public readonly record struct BucketName
{
    private static readonly string[] ReservedStarts = ["xn--", "sthree-", "amzn-s3-demo-"];
    private static readonly string[] ReservedEnds = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

    private BucketName(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out BucketName name)
    {
        bool valid = text is { Length: >= 3 and <= 63 }
            && char.IsAsciiLetterOrDigit(text[0])
            && char.IsAsciiLetterOrDigit(text[^1])
            && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
            && !text.Contains("..", StringComparison.Ordinal)
            && !IsAddress(text)
            && !ReservedStarts.Any(start => text.StartsWith(start, StringComparison.Ordinal))
            && !ReservedEnds.Any(end => text.EndsWith(end, StringComparison.Ordinal));
        name = valid ? new BucketName(text!) : default;
        return valid;
    }

    /// <summary>Throws <c>InvalidBucketName</c>.</summary>
    public static BucketName Parse(string text) => TryParse(text, out BucketName name) ? name : throw S3Errors.InvalidBucketName(text);

    public override string ToString() => Value;

    private static bool IsAddress(string text) => text.Count(static c => c == '.') == 3 && IPAddress.TryParse(text, out _);
}
