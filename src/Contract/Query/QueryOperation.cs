using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Lamina.Contract.Query;

/// <summary>One operation of a service that is asked with forms: <c>Action=GetRole&amp;Version=2010-05-08&amp;RoleName=…</c>.</summary>
public sealed record QueryOperation(string Name, bool Served, ImmutableArray<QueryMember> Members);

public enum QueryKind
{
    Text,
    Number,
    Flag,
    List,
    Structure,
}

/// <summary>A member of a request, as AWS's model constrains it.</summary>
public sealed record QueryMember(string Name, QueryKind Kind)
{
    private TextConstraint? _text;

    public bool Required { get; init; }

    public double? Max { get; init; }

    public double? Min { get; init; }

    public string? Pattern { get; init; }

    public ImmutableArray<string> Accepted { get; init; } = [];

    /// <summary>Of a list: what each of its elements is.</summary>
    public QueryMember? Element { get; init; }

    /// <summary>Of a structure.</summary>
    public ImmutableArray<QueryMember> Members { get; init; } = [];

    internal TextConstraint Text => _text ??= Accepted.IsEmpty
        ? new TextConstraint { Max = (int?)Max, Min = (int?)Min, Pattern = Pattern, Matcher = Pattern is null ? null : MatcherOf(Pattern) }
        : new TextConstraint { Accepted = Accepted, Printed = $"[{string.Join(", ", Accepted)}]" };

    internal NumberConstraint Number => new() { Max = Max, Min = Min };

    // AWS's patterns are Java's: \w is ASCII only, and the whole text has to match.
    private static Regex MatcherOf(string pattern) =>
        new($@"\A(?:{pattern.Replace(@"\w", "a-zA-Z_0-9", StringComparison.Ordinal)})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
