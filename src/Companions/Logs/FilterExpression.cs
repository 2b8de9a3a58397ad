using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lamina.Companions.Logs;

/// <summary>What a selector finds in a message: text, a number, true, false, null, something else, or nothing.</summary>
internal readonly record struct FilterValue(JsonValueKind Kind, string? Text)
{
    public static FilterValue Missing { get; } = new(JsonValueKind.Undefined, null);

    public static FilterValue OfText(string text) => new(JsonValueKind.String, text);

    public static FilterValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => OfText(element.GetString()!),
        JsonValueKind.Number => new FilterValue(JsonValueKind.Number, element.GetRawText()),
        _ => new FilterValue(element.ValueKind, null),
    };

    public double? Number => double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}

/// <summary>Conditions joined by <c>&amp;&amp;</c>, <c>||</c> and parentheses; <c>&amp;&amp;</c> binds more tightly.</summary>
internal sealed class FilterExpression
{
    // Deeper nesting is no pattern that anybody means.
    private const int MaxDepth = 32;

    private static readonly string[] Comparisons = ["!=", "<=", ">=", "=", "<", ">"];

    private readonly Func<Func<string, FilterValue>, bool> _isTrue;

    private FilterExpression(Func<Func<string, FilterValue>, bool> isTrue) => _isTrue = isTrue;

    /// <param name="find">Gives the value of a selector.</param>
    public bool IsTrue(Func<string, FilterValue> find) => _isTrue(find);

    public static FilterExpression Parse(string text)
    {
        FilterScanner scanner = new(text);
        FilterExpression expression = Parse(scanner);
        return scanner.AtEnd ? expression : throw FilterPattern.Invalid();
    }

    public static FilterExpression Parse(FilterScanner scanner) => ParseAny(scanner, 0);

    private static FilterExpression ParseAny(FilterScanner scanner, int depth)
    {
        FilterExpression first = ParseAll(scanner, depth);
        while (scanner.TryTake("||"))
        {
            (FilterExpression left, FilterExpression right) = (first, ParseAll(scanner, depth));
            first = new FilterExpression(find => left.IsTrue(find) || right.IsTrue(find));
        }

        return first;
    }

    private static FilterExpression ParseAll(FilterScanner scanner, int depth)
    {
        FilterExpression first = ParseOne(scanner, depth);
        while (scanner.TryTake("&&"))
        {
            (FilterExpression left, FilterExpression right) = (first, ParseOne(scanner, depth));
            first = new FilterExpression(find => left.IsTrue(find) && right.IsTrue(find));
        }

        return first;
    }

    private static FilterExpression ParseOne(FilterScanner scanner, int depth)
    {
        if (depth > MaxDepth)
        {
            throw FilterPattern.Invalid();
        }

        if (scanner.TryTake("("))
        {
            FilterExpression inner = ParseAny(scanner, depth + 1);
            return scanner.TryTake(")") ? inner : throw FilterPattern.Invalid();
        }

        string selector = scanner.TakeWord(static c => char.IsLetterOrDigit(c) || "$._-[]*'@/:".Contains(c, StringComparison.Ordinal));
        if (scanner.TryTake("IS"))
        {
            JsonValueKind kind = TakeKind(scanner);
            return new FilterExpression(find => find(selector).Kind == kind);
        }

        if (scanner.TryTake("NOT"))
        {
            return scanner.TryTake("EXISTS")
                ? new FilterExpression(find => find(selector).Kind == JsonValueKind.Undefined)
                : throw FilterPattern.Invalid();
        }

        string comparison = Array.Find(Comparisons, scanner.TryTake) ?? throw FilterPattern.Invalid();
        Func<FilterValue, bool> holds = ParseComparison(scanner, comparison);
        return new FilterExpression(find => find(selector) is { Text: not null } value && holds(value));
    }

    private static JsonValueKind TakeKind(FilterScanner scanner) =>
        scanner.TryTake("NULL") ? JsonValueKind.Null
        : scanner.TryTake("TRUE") ? JsonValueKind.True
        : scanner.TryTake("FALSE") ? JsonValueKind.False
        : throw FilterPattern.Invalid();

    private static Func<FilterValue, bool> ParseComparison(FilterScanner scanner, string comparison)
    {
        if (scanner.TryTakeRegex() is { } regex)
        {
            return comparison switch
            {
                "=" => value => regex.IsMatch(value.Text!),
                "!=" => value => !regex.IsMatch(value.Text!),
                _ => throw FilterPattern.Invalid(),
            };
        }

        string? quoted = scanner.TryTakeQuoted();
        string operand = quoted ?? scanner.TakeWord(static c => !char.IsWhiteSpace(c) && !"&|(),".Contains(c, StringComparison.Ordinal));
        double? number = quoted is null && double.TryParse(operand, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) ? parsed : null;
        Func<FilterValue, bool> equals = EqualTo(operand, number);
        return comparison switch
        {
            "=" => equals,
            "!=" => value => !equals(value),
            "<" when number is { } limit => value => value.Number < limit,
            ">" when number is { } limit => value => value.Number > limit,
            "<=" when number is { } limit => value => value.Number <= limit,
            ">=" when number is { } limit => value => value.Number >= limit,
            _ => throw FilterPattern.Invalid(),
        };
    }

    private static Func<FilterValue, bool> EqualTo(string operand, double? number)
    {
        if (number is { } wanted)
        {
            return value => value.Number is { } found && found.Equals(wanted);
        }

        if (!operand.Contains('*', StringComparison.Ordinal))
        {
            return value => value.Text == operand;
        }

        Regex matcher = FilterPattern.RegexOf($"^{Regex.Escape(operand).Replace(@"\*", ".*", StringComparison.Ordinal)}$");
        return value => matcher.IsMatch(value.Text!);
    }
}

/// <summary>Finds <c>$.a.b[0]</c> in a JSON object.</summary>
internal static class FilterSelector
{
    public static FilterValue Find(JsonElement root, string selector)
    {
        if (!selector.StartsWith('$'))
        {
            return FilterValue.Missing;
        }

        JsonElement found = root;
        foreach (string part in selector[1..].Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal)
            .Replace("[", ".#", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bool isThere = part[0] == '#'
                ? found.ValueKind == JsonValueKind.Array && TryIndex(found, part[1..], out found)
                : found.ValueKind == JsonValueKind.Object && found.TryGetProperty(part, out found);
            if (!isThere)
            {
                return FilterValue.Missing;
            }
        }

        return FilterValue.Of(found);
    }

    private static bool TryIndex(JsonElement array, string text, out JsonElement item)
    {
        bool isThere = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < array.GetArrayLength();
        item = isThere ? array[index] : default;
        return isThere;
    }
}
