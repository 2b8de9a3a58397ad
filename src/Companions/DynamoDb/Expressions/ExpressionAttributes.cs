using System.Text.RegularExpressions;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>
/// What a request's expressions call by placeholders: <c>ExpressionAttributeNames</c> and <c>ExpressionAttributeValues</c>.
/// One for all expressions of a request, because each placeholder must be used in one of them.
/// </summary>
internal sealed partial class ExpressionAttributes
{
    private readonly IReadOnlyDictionary<string, string>? _names;
    private readonly IReadOnlyDictionary<string, AttributeValue>? _values;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Throws <c>ValidationException</c> for placeholders without anything to use them, and for such as cannot be.</summary>
    /// <param name="expressions">The request's expressions by their parameters' names; null where it has none.</param>
    public ExpressionAttributes(
        IReadOnlyDictionary<string, string>? names,
        IReadOnlyDictionary<string, AttributeValue>? values,
        params ReadOnlySpan<(string Parameter, string? Text)> expressions)
    {
        (_names, _values) = (names, values);
        Check(names?.Keys, '#', "ExpressionAttributeNames", expressions);
        Check(values?.Keys, ':', "ExpressionAttributeValues", expressions);
    }

    public string NameOf(ExpressionText text, string placeholder)
    {
        _used.Add(placeholder);
        return _names?.TryGetValue(placeholder, out string? name) == true
            ? name
            : throw text.Error($"An expression attribute name used in the document path is not defined; attribute name: {placeholder}");
    }

    public AttributeValue ValueOf(ExpressionText text, string placeholder)
    {
        _used.Add(placeholder);
        return _values?.TryGetValue(placeholder, out AttributeValue? value) == true
            ? value
            : throw text.Error($"An expression attribute value used in expression is not defined; attribute value: {placeholder}");
    }

    /// <summary>To be asked when all expressions are read.</summary>
    public void CheckAllUsed()
    {
        CheckUsed(_names?.Keys, "ExpressionAttributeNames");
        CheckUsed(_values?.Keys, "ExpressionAttributeValues");
    }

    private void CheckUsed(IEnumerable<string>? placeholders, string parameter)
    {
        string[] unused = [.. (placeholders ?? []).Where(placeholder => !_used.Contains(placeholder)).Order(StringComparer.Ordinal)];
        if (unused.Length > 0)
        {
            throw DynamoDbErrors.Validation($"Value provided in {parameter} unused in expressions: keys: {{{string.Join(", ", unused)}}}");
        }
    }

    private static void Check(
        IEnumerable<string>? placeholders, char first, string parameter, ReadOnlySpan<(string Parameter, string? Text)> expressions)
    {
        if (placeholders is null)
        {
            return;
        }

        bool any = false;
        foreach ((_, string? text) in expressions)
        {
            any |= text is not null;
        }

        if (!any)
        {
            throw DynamoDbErrors.Validation(expressions.Length == 1 && first == ':'
                ? $"{parameter} can only be specified when using expressions: {expressions[0].Parameter} is null"
                : $"{parameter} can only be specified when using expressions");
        }

        string[] keys = [.. placeholders];
        if (keys.Length == 0)
        {
            throw DynamoDbErrors.Validation($"{parameter} must not be empty");
        }

        if (Array.Find(keys, key => key.Length == 0 || key[0] != first || !Placeholder().IsMatch(key)) is { } wrong)
        {
            throw DynamoDbErrors.Validation($"{parameter} contains invalid key: Syntax error; key: \"{wrong}\"");
        }
    }

    [GeneratedRegex(@"\A[#:][A-Za-z0-9_]{1,254}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
