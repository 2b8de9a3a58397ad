using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Lamina.Contract;

/// <summary>What a text must satisfy, with AWS's wording of each part; <see cref="Printed"/> is what AWS lists, which is not always what it accepts.</summary>
internal sealed class TextConstraint
{
    public int? Max { get; init; }

    public int? Min { get; init; }

    public string? Pattern { get; init; }

    public Regex? Matcher { get; init; }

    public string? Printed { get; init; }

    public IReadOnlyCollection<string> Accepted
    {
        init => _accepted = value.ToFrozenSet(StringComparer.Ordinal);
    }

    public bool Sensitive { get; init; }

    private readonly FrozenSet<string>? _accepted;

    public bool IsSatisfied(string text) => Violated(text).Count == 0;

    public List<string> Violated(string text)
    {
        List<string> violated = [];
        Add(violated, text.Length > Max, TooLong);
        Add(violated, text.Length < Min, TooShort);
        Add(violated, Matcher is not null && !Matches(text), Mismatch);
        Add(violated, _accepted is not null && !_accepted.Contains(text), NotInSet);
        return violated;
    }

    /// <summary>All parts, violated or not, as AWS lists them for elements of lists and keys of maps.</summary>
    public List<string> All()
    {
        List<string> all = [];
        Add(all, Max is not null, TooLong);
        Add(all, Min is not null, TooShort);
        Add(all, Pattern is not null, Mismatch);
        Add(all, _accepted is not null, NotInSet);
        return all;
    }

    public string NotInSet() => $"Member must satisfy enum value set: {Printed}";

    private string TooLong() => string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {Max}");

    private string TooShort() => string.Create(CultureInfo.InvariantCulture, $"Member must have length greater than or equal to {Min}");

    private string Mismatch() => $"Member must satisfy regular expression pattern: {Pattern}";

    // A pattern is given a second; text that needs longer cannot be meant well.
    private bool Matches(string text)
    {
        try
        {
            return Matcher!.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static void Add(List<string> list, bool applies, Func<string> wording)
    {
        if (applies)
        {
            list.Add(wording());
        }
    }
}

internal sealed class NumberConstraint
{
    public double? Max { get; init; }

    public double? Min { get; init; }

    /// <summary>AWS writes 1.0, not 1.</summary>
    public bool Fraction { get; init; }

    public string? Violated(double number) =>
        number > Max ? TooLarge()
        : number < Min ? TooSmall()
        : null;

    /// <summary>All parts, violated or not, as AWS lists them for the values of maps.</summary>
    public List<string> All()
    {
        List<string> all = [];
        if (Max is not null)
        {
            all.Add(TooLarge());
        }

        if (Min is not null)
        {
            all.Add(TooSmall());
        }

        return all;
    }

    private string TooLarge() => $"Member must have value less than or equal to {Format(Max!.Value)}";

    private string TooSmall() => $"Member must have value greater than or equal to {Format(Min!.Value)}";

    public string Format(double number) => number.ToString(Fraction ? "0.0###############" : "0", CultureInfo.InvariantCulture);
}

internal sealed class ListConstraint
{
    public int? Max { get; init; }

    public int? Min { get; init; }

    public required TextConstraint? Element { get; init; }

    /// <summary>AWS leaves "must not be null" out of what it lists for the elements.</summary>
    public bool NotNullUnsaid { get; init; }

    public bool IsSatisfied(IReadOnlyList<string?> list) =>
        !(list.Count > Max) && !(list.Count < Min) && list.All(item => item is not null && Element?.IsSatisfied(item) != false);

    /// <summary>All parts, violated or not, as AWS lists them for values of maps.</summary>
    public List<string> All()
    {
        List<string> all = [];
        if (Max is not null)
        {
            all.Add(string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {Max}"));
        }

        if (Min is not null)
        {
            all.Add(string.Create(CultureInfo.InvariantCulture, $"Member must have length greater than or equal to {Min}"));
        }

        all.Add($"Member must satisfy constraint: [{string.Join(", ", [.. Element?.All() ?? [], "Member must not be null"])}]");
        return all;
    }

    /// <summary>The elements' set of values is named directly.</summary>
    public required bool Flat { get; init; }
}

internal sealed class MapConstraint
{
    public int? Max { get; init; }

    public int? Min { get; init; }

    public required TextConstraint? Key { get; init; }

    public required TextConstraint? Value { get; init; }

    /// <summary>For maps whose values are numbers.</summary>
    public NumberConstraint? Number { get; init; }

    /// <summary>Of a map whose values are lists of text.</summary>
    public ListConstraint? ListValue { get; init; }

    public required bool Sensitive { get; init; }
}
