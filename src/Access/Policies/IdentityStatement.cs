using System.Collections.Immutable;
using System.Text.Json;

namespace Lamina.Access.Policies;

/// <summary>One statement. Of Action and NotAction, and of the other pairs, one is empty.</summary>
public sealed record IdentityStatement
{
    public required bool Allows { get; init; }

    public required ImmutableArray<string> Actions { get; init; }

    public required ImmutableArray<string> NotActions { get; init; }

    public required ImmutableArray<string> Resources { get; init; }

    public required ImmutableArray<string> NotResources { get; init; }

    /// <summary>Of trust policies: kind and name, as <c>AWS</c> and <c>arn:aws:iam::111122223333:root</c>; everybody is <c>*</c>.</summary>
    public required ImmutableArray<(string Kind, string Name)> Principals { get; init; }

    public required ImmutableArray<PolicyCondition> Conditions { get; init; }

    internal static IdentityStatement Read(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("A Statement is an object.");
        }

        ImmutableArray<string> Texts(string name) =>
            statement.TryGetProperty(name, out JsonElement value) ? IdentityPolicy.Texts(value) : [];

        string? effect = statement.TryGetProperty("Effect", out JsonElement said) && said.ValueKind == JsonValueKind.String ? said.GetString() : null;
        return new IdentityStatement
        {
            Allows = effect switch
            {
                "Allow" => true,
                "Deny" => false,
                _ => throw new FormatException("A Statement's Effect is Allow or Deny."),
            },
            Actions = Texts("Action"),
            NotActions = Texts("NotAction"),
            Resources = Texts("Resource"),
            NotResources = Texts("NotResource"),
            Principals = ReadPrincipals(statement),
            Conditions = ReadConditions(statement),
        };
    }

    /// <summary>A statement without resources, as in trust policies, is about the one it belongs to.</summary>
    public bool AppliesTo(PolicyContext context) =>
        (NotActions.Length > 0 ? !MatchesAny(NotActions, context.Action, ignoreCase: true) : MatchesAny(Actions, context.Action, ignoreCase: true))
        && MatchesResource(context)
        && Conditions.All(condition => condition.IsMet(context));

    /// <summary>Whether a trust policy means this caller.</summary>
    public bool Names(PolicyContext context) => Principals.Any(principal => principal switch
    {
        (_, "*") => true,
        ("AWS", var name) => IsSame(name, context.Caller.Account.Value, context.Caller.PrincipalArn, context.Value("aws:PrincipalArn")),
        _ => false,
    });

    private static bool IsSame(string named, string account, string arn, ImmutableArray<string> roleArn) =>
        named == account || named == $"arn:aws:iam::{account}:root" || named == arn || (!roleArn.IsDefault && roleArn.Contains(named));

    private bool MatchesResource(PolicyContext context) =>
        NotResources.Length > 0 ? !NotResources.Any(pattern => MatchesResource(pattern, context))
        : (Resources.Length == 0 && Principals.Length > 0) || Resources.Any(pattern => MatchesResource(pattern, context));

    private static bool MatchesResource(string pattern, PolicyContext context) =>
        Wildcards.Matches(PolicyVariables.Fill(pattern, context), context.Resource, ignoreCase: false);

    private static bool MatchesAny(ImmutableArray<string> patterns, string text, bool ignoreCase) =>
        patterns.Any(pattern => Wildcards.Matches(pattern, text, ignoreCase));

    private static ImmutableArray<(string Kind, string Name)> ReadPrincipals(JsonElement statement)
    {
        if (!statement.TryGetProperty("Principal", out JsonElement principal))
        {
            return [];
        }

        return principal.ValueKind == JsonValueKind.Object
            ? [.. principal.EnumerateObject().SelectMany(static kind => IdentityPolicy.Texts(kind.Value).Select(name => (kind.Name, name)))]
            : [.. IdentityPolicy.Texts(principal).Select(static name => ("*", name))];
    }

    private static ImmutableArray<PolicyCondition> ReadConditions(JsonElement statement)
    {
        if (!statement.TryGetProperty("Condition", out JsonElement conditions))
        {
            return [];
        }

        if (conditions.ValueKind != JsonValueKind.Object || conditions.EnumerateObject().Any(static part => part.Value.ValueKind != JsonValueKind.Object))
        {
            throw new FormatException("A Condition is an object of operators, each an object of keys.");
        }

        return [.. conditions.EnumerateObject().SelectMany(static part =>
            part.Value.EnumerateObject().Select(key => PolicyCondition.Read(part.Name, key.Name, IdentityPolicy.Texts(key.Value))))];
    }
}
