using Lamina.Access.Identities;
using Lamina.Contract;

namespace Lamina.Access.Policies;

/// <summary>How the identity side decided; the text says in AWS's words why not.</summary>
public enum IdentityVerdict
{
    Allowed,

    /// <summary>No statement allows it: a resource's policy of the same account may still.</summary>
    NotAllowed,

    /// <summary>The session's own policy or the permissions boundary leaves it out: nothing makes up for that.</summary>
    OutOfBounds,

    /// <summary>A statement denies it: nothing makes up for that.</summary>
    Denied,
}

/// <summary>Decides by the policies of who asks: Deny wins; every layer there is (session policy, boundary, own policies) must allow.</summary>
public sealed class IdentityAuthorizer(IdentityStore identities)
{
    private enum Said
    {
        Nothing,
        Allow,
        Deny,
    }

    public (IdentityVerdict Verdict, string Reason) Decide(PolicyContext context)
    {
        string session = "a session policy";
        string boundary = "a permissions boundary";
        string own = "an identity-based policy";
        IPolicyHolder? holder = HolderOf(context.Caller, out bool isRoot);
        (Said Said, string What)[] layers =
        [
            (context.Caller.SessionPolicy is { } policy ? Say([policy], context) : Said.Allow, session),
            (holder?.PermissionsBoundary is { } arn ? Say([identities.FindPolicyText(arn)], context) : Said.Allow, boundary),
            (isRoot ? Said.Allow : Say(TextsOf(holder), context), own),
        ];
        foreach ((Said said, string what) in layers)
        {
            if (said == Said.Deny)
            {
                return (IdentityVerdict.Denied, $"with an explicit deny in {what}");
            }
        }

        foreach ((Said said, string what) in layers)
        {
            if (said == Said.Nothing)
            {
                return (what == own ? IdentityVerdict.NotAllowed : IdentityVerdict.OutOfBounds, $"because no {what[(what.IndexOf(' ', StringComparison.Ordinal) + 1)..]} allows the {context.Action} action");
            }
        }

        return (IdentityVerdict.Allowed, "");
    }

    /// <summary>AWS's text for a caller who may not.</summary>
    public static string Refusal(PolicyContext context, string reason) =>
        $"User: {context.Caller.PrincipalArn} is not authorized to perform: {context.Action}"
        + $"{(context.Resource == "*" ? "" : $" on resource: {context.Resource}")} {reason}";

    /// <summary>One policy, or several together.</summary>
    public static bool Allows(IReadOnlyList<string> policies, PolicyContext context) => Say(policies, context) == Said.Allow;

    private static Said Say(IEnumerable<string?> policies, PolicyContext context)
    {
        Said said = Said.Nothing;
        foreach (string? text in policies)
        {
            // One that is not here says nothing.
            foreach (IdentityStatement statement in text is null ? [] : IdentityPolicy.Parse(text).Statements)
            {
                if (!statement.AppliesTo(context))
                {
                    continue;
                }

                if (!statement.Allows)
                {
                    return Said.Deny;
                }

                said = Said.Allow;
            }
        }

        return said;
    }

    private IEnumerable<string?> TextsOf(IPolicyHolder? holder) =>
        holder is null ? [] : [.. holder.InlinePolicies.Values, .. holder.AttachedPolicies.Select(identities.FindPolicyText)];

    /// <summary>Who has gone, or never was, has no policies. An account's root may do everything in it.</summary>
    private IPolicyHolder? HolderOf(Caller caller, out bool isRoot)
    {
        string[] parts = caller.PrincipalArn.Split(':', 6);
        string[] names = parts[^1].Split('/');
        isRoot = parts[^1] == "root";
        return names[0] switch
        {
            "assumed-role" => identities.FindRole(caller.Account, names[1]),
            "user" => identities.FindUser(caller.Account, names[^1]),
            _ => null,
        };
    }
}
