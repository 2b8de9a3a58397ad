using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Lamina.Contract.Models;

/// <summary>
/// One operation of a service whose requests are read by its model at run time, in a form (IAM, STS) or in JSON (CloudWatch Logs).
/// </summary>
public sealed record OperationModel(string Name, bool Served, ImmutableArray<MemberModel> Members);

public enum MemberKind
{
    Text,
    Integer,
    Number,
    Flag,
    List,
    Map,
    Structure,
    Timestamp,
    Blob,
}

/// <summary>A member of a request, as AWS's model constrains it.</summary>
public sealed record MemberModel(string Name, MemberKind Kind)
{
    private TextConstraint? _text;

    public bool Required { get; init; }

    public double? Max { get; init; }

    public double? Min { get; init; }

    public string? Pattern { get; init; }

    public ImmutableArray<string> Accepted { get; init; } = [];

    /// <summary>Of a list: what each of its elements is.</summary>
    public MemberModel? Element { get; init; }

    /// <summary>Of a map: what its keys are.</summary>
    public MemberModel? Key { get; init; }

    /// <summary>Of a map: what its values are.</summary>
    public MemberModel? Value { get; init; }

    /// <summary>Of a structure.</summary>
    public ImmutableArray<MemberModel> Members { get; init; } = [];

    internal TextConstraint Text => _text ??= Accepted.IsEmpty
        ? new TextConstraint { Max = (int?)Max, Min = (int?)Min, Pattern = Pattern, Matcher = Pattern is null ? null : MatcherOf(Pattern) }
        : new TextConstraint { Accepted = Accepted, Printed = $"[{string.Join(", ", Accepted)}]" };

    internal NumberConstraint Numeric => new() { Max = Max, Min = Min };

    // AWS's patterns are Java's: \w is ASCII only, and the whole text has to match.
    private static Regex MatcherOf(string pattern) =>
        new($@"\A(?:{pattern.Replace(@"\w", "a-zA-Z_0-9", StringComparison.Ordinal)})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
