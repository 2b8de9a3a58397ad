using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Lamina.Access.Policies;

/// <summary>
/// One key under one operator, for example <c>"ForAnyValue:StringLike":{"aws:TagKeys":["a*"]}</c>. An operator that is not known
/// is never met: a statement that allows is then never wider than its text.
/// </summary>
public sealed record PolicyCondition
{
    private const string IfExistsSuffix = "IfExists";
    private const string NotPart = "Not";

    private enum Quantifier
    {
        One,
        ForAllValues,
        ForAnyValue,
    }

    public required string Operator { get; init; }

    public required string Key { get; init; }

    public required ImmutableArray<string> Expected { get; init; }

    private Quantifier Over { get; init; }

    private bool IfExists { get; init; }

    /// <summary>StringNotEquals and its like: met when the value is none of those expected.</summary>
    private bool Negated { get; init; }

    public static PolicyCondition Read(string name, string key, ImmutableArray<string> expected)
    {
        string rest = name;
        Quantifier over = Quantifier.One;
        if (name.Split(':') is [var quantifier, var plain])
        {
            over = quantifier switch
            {
                "ForAllValues" => Quantifier.ForAllValues,
                "ForAnyValue" => Quantifier.ForAnyValue,
                _ => throw new FormatException($"'{name}' is not an operator of conditions."),
            };
            rest = plain;
        }

        bool ifExists = rest.EndsWith(IfExistsSuffix, StringComparison.Ordinal);
        rest = ifExists ? rest[..^IfExistsSuffix.Length] : rest;
        bool negated = rest.Contains(NotPart, StringComparison.Ordinal);
        return new PolicyCondition
        {
            Operator = rest.Replace(NotPart, "", StringComparison.Ordinal),
            Key = key,
            Expected = expected,
            Over = over,
            IfExists = ifExists,
            Negated = negated,
        };
    }

    public bool IsMet(PolicyContext context)
    {
        ImmutableArray<string> actual = context.Value(Key);
        if (Operator == "Null")
        {
            return Expected.Any(expected => expected.Equals(actual.IsDefault ? "true" : "false", StringComparison.OrdinalIgnoreCase));
        }

        if (!IsKnown)
        {
            return false;
        }

        if (actual.IsDefaultOrEmpty)
        {
            // AWS: an absent key meets the negated operators, those with IfExists, and ForAllValues.
            return IfExists || Over == Quantifier.ForAllValues || (Negated && Over == Quantifier.One);
        }

        return Over == Quantifier.ForAllValues ? actual.All(value => Holds(value, context)) : actual.Any(value => Holds(value, context));
    }

    private bool IsKnown => Operator is "StringEquals" or "StringEqualsIgnoreCase" or "StringLike" or "ArnEquals" or "ArnLike" or "Bool" or "IpAddress"
        or "BinaryEquals" or "NumericEquals" or "NumericLessThan" or "NumericLessThanEquals" or "NumericGreaterThan" or "NumericGreaterThanEquals"
        or "DateEquals" or "DateLessThan" or "DateLessThanEquals" or "DateGreaterThan" or "DateGreaterThanEquals";

    private bool Holds(string value, PolicyContext context) =>
        Negated != Expected.Any(expected => Compare(PolicyVariables.Fill(expected, context), value));

    private bool Compare(string expected, string actual) => Operator switch
    {
        "StringEquals" or "BinaryEquals" => Plain(expected) == actual,
        "StringEqualsIgnoreCase" or "Bool" => Plain(expected).Equals(actual, StringComparison.OrdinalIgnoreCase),
        "StringLike" => Wildcards.Matches(expected, actual, ignoreCase: false),
        "ArnEquals" or "ArnLike" => MatchesArn(expected, actual),
        "IpAddress" => MatchesAddress(expected, actual),
        _ when Operator.StartsWith("Numeric", StringComparison.Ordinal) =>
            Number(Plain(expected)) is { } wanted && Number(actual) is { } number && Ordered(number.CompareTo(wanted)),
        _ => Moment(Plain(expected)) is { } wanted && Moment(actual) is { } moment && Ordered(moment.CompareTo(wanted)),
    };

    private bool Ordered(int order) =>
        Operator.EndsWith("LessThan", StringComparison.Ordinal) ? order < 0
        : Operator.EndsWith("LessThanEquals", StringComparison.Ordinal) ? order <= 0
        : Operator.EndsWith("GreaterThan", StringComparison.Ordinal) ? order > 0
        : Operator.EndsWith("GreaterThanEquals", StringComparison.Ordinal) ? order >= 0
        : order == 0;

    /// <summary>Each of the six parts is compared by itself, so that a wildcard does not reach over a colon, but in the last one.</summary>
    private static bool MatchesArn(string expected, string actual)
    {
        string[] patterns = expected.Split(':', 6);
        string[] parts = actual.Split(':', 6);
        return patterns.Length == 6 && parts.Length == 6
            && patterns.Zip(parts, static (pattern, part) => Wildcards.Matches(pattern, part, ignoreCase: false)).All(static same => same);
    }

    private static bool MatchesAddress(string expected, string actual)
    {
        string network = expected.Contains('/', StringComparison.Ordinal) ? expected
            : expected.Contains(':', StringComparison.Ordinal) ? $"{expected}/128" : $"{expected}/32";
        return IPNetwork.TryParse(network, out IPNetwork parsed) && IPAddress.TryParse(actual, out IPAddress? address) && parsed.Contains(address);
    }

    private static string Plain(string expected) => expected.Replace(Wildcards.Literal.ToString(), "", StringComparison.Ordinal);

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    /// <summary>ISO 8601, or seconds since 1970.</summary>
    private static DateTimeOffset? Moment(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) && Math.Abs(seconds) < 100_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) ? moment : null;
}
