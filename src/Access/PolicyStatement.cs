using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Access;

/// <summary>One statement of a resource policy. The members stand in the order in which AWS writes them.</summary>
public sealed record PolicyStatement
{
    internal const string Allow = "Allow";

    public const string StringEquals = "StringEquals";

    public const string ArnLike = "ArnLike";

    public const string Bool = "Bool";

    private static readonly ImmutableDictionary<string, IReadOnlyDictionary<string, string>> NoTests =
        ImmutableDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    private static readonly ImmutableDictionary<string, string> NoKeys = ImmutableDictionary<string, string>.Empty;

    public required string Sid { get; init; }

    public required string Effect { get; init; }

    public required PolicyPrincipal Principal { get; init; }

    public required string Action { get; init; }

    /// <summary>ARN of the resource that the policy belongs to.</summary>
    public required string Resource { get; init; }

    /// <summary>Operator → key → value, for example <c>{"StringEquals":{"aws:PrincipalOrgID":"o-…"}}</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Condition { get; init; }

    public static PolicyStatement Allowing(string sid, PolicyPrincipal principal, string action, string resource) =>
        new() { Sid = sid, Effect = Allow, Principal = principal, Action = action, Resource = resource };

    public PolicyStatement OnlyIn(string organizationId) => If(StringEquals, ConditionKeys.PrincipalOrgId, organizationId);

    /// <summary>Narrows it by one more condition; a value that was not given narrows nothing.</summary>
    /// <param name="test"><c>StringEquals</c>, <c>ArnLike</c> or <c>Bool</c>.</param>
    public PolicyStatement If(string test, string key, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return this;
        }

        // Dictionaries that keep the order of their making, which is that of the text.
        Dictionary<string, IReadOnlyDictionary<string, string>> tests = new(Condition ?? NoTests, StringComparer.Ordinal);
        tests[test] = new Dictionary<string, string>(tests.GetValueOrDefault(test) ?? NoKeys, StringComparer.Ordinal) { [key] = value };
        return this with { Condition = tests };
    }

    public bool AppliesTo(AccessRequest request) =>
        PolicyPattern.ActionMatches(Action, request.Action) && Resource == request.Resource && Principal.Includes(request) && IsConditionMet(request);

    /// <summary>The statement as AWS writes it, on one line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, AccessJson.AsAws.PolicyStatement);

    /// <summary>All of a condition's parts must hold. What is not known here does not hold: a statement is never wider than its text.</summary>
    private bool IsConditionMet(AccessRequest request) =>
        Condition is null || Condition.All(part => part.Value.All(pair => IsMet(part.Key, pair.Value, request.Value(pair.Key))));

    private static bool IsMet(string test, string wanted, string? value) => value is not null && test switch
    {
        StringEquals => value == wanted,
        Bool => value.Equals(wanted, StringComparison.OrdinalIgnoreCase),
        ArnLike => PolicyPattern.ArnMatches(wanted, value),
        _ => false,
    };
}
