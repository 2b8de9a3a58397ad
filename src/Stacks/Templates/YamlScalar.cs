using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Lamina.Stacks.Templates;

/// <summary>
/// What an untagged YAML 1.1 scalar stands for: booleans also as yes and on, numbers also octal, hexadecimal, binary and base 60. A
/// date stays the text that it is, as CloudFormation takes <c>Version: 2012-10-17</c>.
/// </summary>
internal static partial class YamlScalar
{
    public static TemplateNode Resolve(string text, TemplatePosition position)
    {
        if (text.Length == 0 || text is "~" or "null" or "Null" or "NULL")
        {
            return new TemplateNull { Position = position };
        }

        return !MayBeOther(text[0]) ? Text(text, position) : Boolean(text, position) ?? Number(text, position) ?? Text(text, position);
    }

    /// <summary>What a scalar tagged as an integer or a floating-point number stands for.</summary>
    public static TemplateNode? Number(string text, TemplatePosition position)
    {
        if (Integer().IsMatch(text))
        {
            return new TemplateNumber(IntegerOf(text.Replace("_", "", StringComparison.Ordinal)).ToString(CultureInfo.InvariantCulture), isInteger: true)
            {
                Position = position,
            };
        }

        return Float().IsMatch(text) ? FloatOf(text.Replace("_", "", StringComparison.Ordinal), position) : null;
    }

    public static TemplateNode? Boolean(string text, TemplatePosition position) => text switch
    {
        "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => new TemplateBool(true) { Position = position },
        "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => new TemplateBool(false) { Position = position },
        _ => null,
    };

    private static bool MayBeOther(char first) => char.IsAsciiDigit(first) || "+-.yYnNtTfFoO".Contains(first, StringComparison.Ordinal);

    private static TemplateText Text(string text, TemplatePosition position) => new(text) { Position = position };

    private static BigInteger IntegerOf(string digits)
    {
        bool negative = digits[0] == '-';
        string rest = digits.TrimStart('+', '-');
        BigInteger value = rest switch
        {
            ['0'] => BigInteger.Zero,
            ['0', 'b', ..] => InBase(rest[2..], 2),
            ['0', 'x', ..] => InBase(rest[2..].ToLowerInvariant(), 16),
            ['0', ..] => InBase(rest[1..], 8),
            _ when rest.Contains(':', StringComparison.Ordinal) => Sexagesimal(rest),
            _ => BigInteger.Parse(rest, CultureInfo.InvariantCulture),
        };
        return negative ? -value : value;
    }

    private static BigInteger InBase(string digits, int radix) => digits.Aggregate(
        BigInteger.Zero, (value, digit) => value * radix + (digit <= '9' ? digit - '0' : digit - 'a' + 10));

    private static BigInteger Sexagesimal(string digits) => digits.Split(':').Aggregate(
        BigInteger.Zero, static (value, part) => value * 60 + BigInteger.Parse(part, CultureInfo.InvariantCulture));

    private static TemplateNode FloatOf(string text, TemplatePosition position)
    {
        string lower = text.ToLowerInvariant();
        if (lower.EndsWith(".inf", StringComparison.Ordinal) || lower == ".nan")
        {
            // Not a number that JSON knows.
            return Text(text, position);
        }

        bool negative = lower[0] == '-';
        string rest = lower.TrimStart('+', '-');
        double value = rest.Contains(':', StringComparison.Ordinal)
            ? rest.Split(':').Aggregate(0.0, static (total, part) => total * 60 + double.Parse(part, CultureInfo.InvariantCulture))
            : double.Parse(rest, CultureInfo.InvariantCulture);
        return new TemplateNumber(TemplateNumber.Shortest(negative ? -value : value), isInteger: false) { Position = position };
    }

    [GeneratedRegex(@"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$")]
    private static partial Regex Float();
}
