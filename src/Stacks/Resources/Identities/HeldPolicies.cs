using Lamina.Access.Identities;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Identities;

/// <summary>The policies that the template of a role or user names in it: ManagedPolicyArns and Policies.</summary>
internal sealed class HeldPolicies(StackRoomParts rooms)
{
    /// <summary>Attaches and writes what the template names, and takes away what it no longer does. What other resources gave the holder stays.</summary>
    public async Task ApplyAsync(ResourceCall call, TemplateMap before, HolderName holder, CancellationToken cancellationToken)
    {
        AccountId account = call.Caller.Account;
        ResourceCall former = call with { Properties = before };
        foreach (string surplus in former.Texts("ManagedPolicyArns").Except(call.Texts("ManagedPolicyArns"), StringComparer.Ordinal))
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DetachAsync(account, holder, surplus, cancellationToken));
        }

        foreach (string surplus in NamesOf(former).Except(NamesOf(call), StringComparer.Ordinal))
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DeleteAsync(account, holder, surplus, cancellationToken));
        }

        foreach (string arn in call.Texts("ManagedPolicyArns"))
        {
            await rooms.HolderPolicies.AttachAsync(account, holder, arn, cancellationToken);
        }

        foreach (TemplateMap policy in call.List("Policies").OfType<TemplateMap>())
        {
            string document = PolicyDocuments.TextOf(policy["PolicyDocument"]);
            await rooms.HolderPolicies.PutAsync(account, holder, PolicyDocuments.NameOf(policy), document, cancellationToken);
        }
    }

    /// <summary>Takes away what the template had named.</summary>
    public async Task RemoveAsync(ResourceCall call, HolderName holder, CancellationToken cancellationToken)
    {
        AccountId account = call.Caller.Account;
        foreach (string arn in call.Texts("ManagedPolicyArns"))
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DetachAsync(account, holder, arn, cancellationToken));
        }

        foreach (TemplateMap policy in call.List("Policies").OfType<TemplateMap>())
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DeleteAsync(account, holder, PolicyDocuments.NameOf(policy), cancellationToken));
        }
    }

    private static IEnumerable<string> NamesOf(ResourceCall call) => call.List("Policies").OfType<TemplateMap>().Select(PolicyDocuments.NameOf);
}

/// <summary>Policies as templates write them.</summary>
internal static class PolicyDocuments
{
    public static string TextOf(TemplateNode? document) => document switch
    {
        TemplateMap map => PropertiesJson.Write(map),
        TemplateText text => text.Value,
        _ => throw StackErrors.Validation("Property PolicyDocument cannot be empty."),
    };

    public static string NameOf(TemplateMap policy) =>
        Scalars.TextOf(policy["PolicyName"]) ?? throw StackErrors.Validation("Property PolicyName cannot be empty.");
}
