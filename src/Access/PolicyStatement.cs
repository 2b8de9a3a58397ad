using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Access;

/// <summary>One statement of a resource policy. The members stand in the order in which AWS writes them.</summary>
public sealed record PolicyStatement
{
    internal const string Allow = "Allow";

    private const string StringEquals = "StringEquals";

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

    public PolicyStatement OnlyIn(string organizationId) => this with
    {
        Condition = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal)
        {
            [StringEquals] = new Dictionary<string, string>(StringComparer.Ordinal) { [ConditionKeys.PrincipalOrgId] = organizationId },
        },
    };

    public bool AppliesTo(AccessRequest request) =>
        Action == request.Action && Resource == request.Resource && Principal.Includes(request.Caller) && IsConditionMet(request);

    /// <summary>The statement as AWS writes it, on one line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, AccessJson.AsAws.PolicyStatement);

    /// <summary>All of a condition's parts must hold. What is not known here does not hold: a statement is never wider than its text.</summary>
    private bool IsConditionMet(AccessRequest request) =>
        Condition is null || Condition.All(part => part.Key == StringEquals && part.Value.All(pair => request.Value(pair.Key) == pair.Value));
}
