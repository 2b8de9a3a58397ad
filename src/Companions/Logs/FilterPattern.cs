using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lamina.Companions.Logs;

/// <summary>
/// What messages a reader wants (CloudWatch Logs User Guide, FilterAndPatternSyntax): terms (<c>ERROR -"health check" ?warn ?fatal</c>),
/// fields of a line (<c>[ip, user, status = 4*]</c>), or members of a JSON object (<c>{ $.level = "error" &amp;&amp; $.ms &gt; 100 }</c>).
/// </summary>
public sealed class FilterPattern
{
    private static readonly TimeSpan RegexLimit = TimeSpan.FromMilliseconds(100);

    private readonly Func<string, bool>? _matches;

    private FilterPattern(Func<string, bool>? matches) => _matches = matches;

    /// <summary>Every message matches.</summary>
    public bool IsEmpty => _matches is null;

    /// <summary>Throws <c>InvalidParameterException</c>.</summary>
    public static FilterPattern Parse(string? text)
    {
        string pattern = (text ?? "").Trim();
        return pattern switch
        {
            "" => new FilterPattern(null),
            ['{', .., '}'] => OfJson(pattern[1..^1]),
            ['[', .., ']'] => new FilterPattern(FilterFields.Parse(pattern[1..^1]).Matches),
            _ => new FilterPattern(FilterTerms.Parse(pattern).Matches),
        };
    }

    public bool Matches(ReadOnlyMemory<byte> message) => _matches?.Invoke(Encoding.UTF8.GetString(message.Span)) ?? true;

    internal static Contract.AwsError Invalid() => LogsErrors.InvalidParameter("Invalid filter pattern");

    internal static Regex RegexOf(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, RegexLimit);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw Invalid();
        }
    }

    private static FilterPattern OfJson(string pattern)
    {
        FilterExpression expression = FilterExpression.Parse(pattern);
        return new FilterPattern(message =>
        {
            if (!message.AsSpan().TrimStart().StartsWith("{"))
            {
                return false;
            }

            try
            {
                using JsonDocument document = JsonDocument.Parse(message);
                JsonElement root = document.RootElement;
                return expression.IsTrue(selector => FilterSelector.Find(root, selector));
            }
            catch (JsonException)
            {
                return false;
            }
        });
    }
}

/// <summary>Terms: all that are bare or quoted must be there, those with a minus must not, and of those with a question mark one must.</summary>
internal sealed class FilterTerms
{
    private readonly List<Func<string, bool>> _required = [];
    private readonly List<Func<string, bool>> _optional = [];
    private readonly List<Func<string, bool>> _excluded = [];

    public static FilterTerms Parse(string pattern)
    {
        FilterTerms terms = new();
        FilterScanner scanner = new(pattern);
        while (!scanner.AtEnd)
        {
            List<Func<string, bool>> kind = scanner.TryTake("?") ? terms._optional : scanner.TryTake("-") ? terms._excluded : terms._required;
            kind.Add(Term(scanner));
            scanner.SkipSpaces();
        }

        return terms;
    }

    // A question mark says nothing beside terms that are required (User Guide: unexpected results; seen to be ignored).
    public bool Matches(string message) =>
        _required.TrueForAll(term => term(message))
        && !_excluded.Exists(term => term(message))
        && (_required.Count > 0 || _optional.Count == 0 || _optional.Exists(term => term(message)));

    private static Func<string, bool> Term(FilterScanner scanner)
    {
        if (scanner.TryTakeRegex() is { } regex)
        {
            return regex.IsMatch;
        }

        string term = scanner.TryTakeQuoted() ?? scanner.TakeWord(static c => char.IsLetterOrDigit(c) || c == '_');
        return message => message.Contains(term, StringComparison.Ordinal);
    }
}

/// <summary>Fields that spaces divide; what is in quotes or brackets is one. <c>...</c> stands for any number of them.</summary>
internal sealed class FilterFields
{
    private readonly List<(string Name, FilterExpression? Condition)> _fields = [];
    private int _ellipsis = -1;

    public static FilterFields Parse(string pattern)
    {
        FilterFields fields = new();
        FilterScanner scanner = new(pattern);
        do
        {
            if (scanner.TryTake("..."))
            {
                fields._ellipsis = fields._ellipsis < 0 ? fields._fields.Count : throw FilterPattern.Invalid();
                continue;
            }

            int start = scanner.Position;
            string name = scanner.TakeWord(static c => char.IsLetterOrDigit(c) || c == '_');
            bool isCondition = !scanner.AtEnd && !scanner.Sees(",");
            if (isCondition)
            {
                scanner.Position = start;
            }

            fields._fields.Add((name, isCondition ? FilterExpression.Parse(scanner) : null));
        }
        while (scanner.TryTake(","));
        return scanner.AtEnd ? fields : throw FilterPattern.Invalid();
    }

    public bool Matches(string message)
    {
        List<string> values = Split(message);
        if (_ellipsis < 0 ? values.Count != _fields.Count : values.Count < _fields.Count)
        {
            return false;
        }

        Dictionary<string, FilterValue> byName = new(StringComparer.Ordinal);
        for (int i = 0; i < _fields.Count; i++)
        {
            // Those behind the ellipsis count from the end.
            int at = _ellipsis >= 0 && i >= _ellipsis ? values.Count - _fields.Count + i : i;
            byName[_fields[i].Name] = FilterValue.OfText(values[at]);
        }

        FilterValue Find(string name) => byName.TryGetValue(name, out FilterValue value) ? value : FilterValue.Missing;
        return _fields.TrueForAll(field => field.Condition?.IsTrue(Find) != false);
    }

    private static List<string> Split(string message)
    {
        List<string> values = [];
        int position = 0;
        while (position < message.Length)
        {
            if (char.IsWhiteSpace(message[position]))
            {
                position++;
                continue;
            }

            char end = message[position] switch { '"' => '"', '[' => ']', _ => ' ' };
            int start = end == ' ' ? position : position + 1;
            int stop = end == ' ' ? IndexOfSpace(message, start) : message.IndexOf(end, start);
            stop = stop < 0 ? message.Length : stop;
            values.Add(message[start..stop]);
            position = stop + 1;
        }

        return values;
    }

    private static int IndexOfSpace(string message, int start)
    {
        int length = message.AsSpan(start).IndexOfAny(" \t\r\n");
        return length < 0 ? -1 : start + length;
    }
}
