using Lamina.Access.Identities;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Identities;

internal sealed class RoleType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::IAM::Role";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            "RoleName", "AssumeRolePolicyDocument", "Path", "Description", "ManagedPolicyArns", "MaxSessionDuration", "PermissionsBoundary",
            "Policies", "Tags"),
        Required = ["AssumeRolePolicyDocument"],
        Replacing = ResourceShape.Set("RoleName", "Path"),
        NameProperty = "RoleName",
        Attributes = ResourceShape.Set("Arn", "RoleId"),
    };

    public string? MarkBefore(ResourceCall call) => Find(call.Caller.Account, call.Name) is null ? null : throw Faults.Exists(Name, call.Name);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (!call.IsRepeated || Find(call.Caller.Account, call.Name) is null)
        {
            await rooms.Roles.CreateAsync(
                call.Caller.Account,
                new RoleDraft
                {
                    Name = call.Name,
                    Path = call.Text("Path") ?? "/",
                    TrustPolicy = PolicyDocuments.TextOf(call.Properties["AssumeRolePolicyDocument"]),
                    Description = call.Text("Description"),
                    MaxSessionSeconds = Seconds(call),
                    PermissionsBoundary = call.Text("PermissionsBoundary"),
                    Tags = [.. TemplateTags.Of(call)],
                },
                cancellationToken);
        }

        await call.InitiatedAsync(call.Name);
        await ApplyPoliciesAsync(call, [], call.Name, cancellationToken);
        return Result(rooms.Roles.Get(call.Caller.Account, call.Name));
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        AccountId account = call.Caller.Account;
        string name = call.PhysicalId!;
        await rooms.Roles.SetTrustPolicyAsync(account, name, PolicyDocuments.TextOf(call.Properties["AssumeRolePolicyDocument"]), cancellationToken);
        int seconds = Seconds(call) ?? Limits.RoleSessionSeconds;
        Role role = await rooms.Roles.UpdateAsync(
            account,
            name,
            role => role with
            {
                Description = call.Text("Description"),
                MaxSessionSeconds = seconds,
                PermissionsBoundary = call.Text("PermissionsBoundary"),
                Tags = role.Tags.RemoveRange(role.Tags.Keys),
            },
            cancellationToken);
        if (TemplateTags.Of(call) is { Count: > 0 } tags)
        {
            role = await rooms.Roles.TagAsync(account, name, [.. tags], cancellationToken);
        }

        await ApplyPoliciesAsync(call, before, name, cancellationToken);
        return Result(role);
    }

    /// <summary>With the policies that the stack gave it; others keep it from being deleted.</summary>
    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(async () =>
    {
        AccountId account = call.Caller.Account;
        HolderName holder = HolderName.Role(call.PhysicalId!);
        foreach (string arn in call.Texts("ManagedPolicyArns"))
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DetachAsync(account, holder, arn, cancellationToken));
        }

        foreach (TemplateMap policy in call.List("Policies").OfType<TemplateMap>())
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DeleteAsync(account, holder, PolicyDocuments.NameOf(policy), cancellationToken));
        }

        await rooms.Roles.DeleteAsync(account, call.PhysicalId!, cancellationToken);
    });

    private static int? Seconds(ResourceCall call) => call.Text("MaxSessionDuration") is not { } text ? null
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int seconds) ? seconds
        : throw StackErrors.Validation("MaxSessionDuration must be a number of seconds.");

    /// <summary>Attaches and writes what the template names, and takes away what it no longer does. What other resources gave the role stays.</summary>
    private async Task ApplyPoliciesAsync(ResourceCall call, TemplateMap before, string name, CancellationToken cancellationToken)
    {
        AccountId account = call.Caller.Account;
        HolderName holder = HolderName.Role(name);
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

    private static IEnumerable<string> NamesOf(ResourceCall call) => call.List("Policies").OfType<TemplateMap>().Select(PolicyDocuments.NameOf);

    private Role? Find(AccountId account, string name) => Faults.FindOrNull(() => rooms.Roles.Get(account, name));

    private static ResourceResult Result(Role role) => new(role.Name, new TemplateMap { ["Arn"] = role.Arn, ["RoleId"] = role.Id });
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
