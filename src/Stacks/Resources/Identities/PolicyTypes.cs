using Lamina.Access.Identities;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Identities;

/// <summary>AWS::IAM::Policy: an inline policy of roles and users.</summary>
internal sealed class InlinePolicyType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::IAM::Policy";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("PolicyName", "PolicyDocument", "Roles", "Users", "Groups"),
        Required = ["PolicyName", "PolicyDocument"],
        Replacing = ResourceShape.Set("PolicyName"),
        MaxNameLength = 128,
        Attributes = ResourceShape.Set("Id"),
    };

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        await PutAsync(call, cancellationToken);
        return new ResourceResult(call.Name, new TemplateMap { ["Id"] = call.Name });
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        await PutAsync(call, cancellationToken);
        ResourceCall former = call with { Properties = before };
        await RemoveAsync(former, [.. HoldersOf(former).Except(HoldersOf(call))], cancellationToken);
        return new ResourceResult(call.PhysicalId!, new TemplateMap { ["Id"] = call.PhysicalId! });
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => RemoveAsync(call, HoldersOf(call), cancellationToken);

    private static HolderName[] HoldersOf(ResourceCall call) =>
        [.. call.Texts("Roles").Select(HolderName.Role), .. call.Texts("Users").Select(HolderName.User)];

    private async Task PutAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (call.Texts("Groups").Count > 0)
        {
            throw StackErrors.Validation("Lamina does not serve groups of IAM: the property Groups must be empty.");
        }

        HolderName[] holders = HoldersOf(call);
        if (holders.Length == 0)
        {
            throw StackErrors.Validation("At least one of [Groups,Roles,Users] must be non-empty.");
        }

        string document = PolicyDocuments.TextOf(call.Properties["PolicyDocument"]);
        foreach (HolderName holder in holders)
        {
            await rooms.HolderPolicies.PutAsync(call.Caller.Account, holder, call.RequiredText("PolicyName"), document, cancellationToken);
            await call.InitiatedAsync(call.Name);
        }
    }

    private async Task RemoveAsync(ResourceCall call, HolderName[] holders, CancellationToken cancellationToken)
    {
        foreach (HolderName holder in holders)
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DeleteAsync(call.Caller.Account, holder, call.RequiredText("PolicyName"), cancellationToken));
        }
    }
}

/// <summary>AWS::IAM::ManagedPolicy. Its physical id is the ARN.</summary>
internal sealed class ManagedPolicyType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::IAM::ManagedPolicy";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("ManagedPolicyName", "PolicyDocument", "Path", "Description", "Roles", "Users", "Groups", "Tags"),
        Required = ["PolicyDocument"],
        Replacing = ResourceShape.Set("ManagedPolicyName", "Path", "Description"),
        NameProperty = "ManagedPolicyName",
        MaxNameLength = 128,
        Attributes = ResourceShape.Set("PolicyArn", "PolicyId", "DefaultVersionId", "AttachmentCount", "CreateDate", "UpdateDate"),
    };

    public string? MarkBefore(ResourceCall call) => Find(call) is null ? null : throw Faults.Exists(Name, ArnOf(call));

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        RefuseGroups(call);
        ManagedPolicy policy = (call.IsRepeated ? Find(call) : null) ?? await rooms.Policies.CreateAsync(
            call.Caller.Account,
            call.Name,
            call.Text("Path") ?? "/",
            PolicyDocuments.TextOf(call.Properties["PolicyDocument"]),
            call.Text("Description"),
            [.. TemplateTags.Of(call)],
            cancellationToken);
        await call.InitiatedAsync(policy.Arn);
        await AttachAsync(call, policy.Arn, cancellationToken);
        return Result(policy);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        RefuseGroups(call);
        AccountId account = call.Caller.Account;
        string arn = call.PhysicalId!;
        ManagedPolicy policy = rooms.Policies.Get(account, arn);
        string document = PolicyDocuments.TextOf(call.Properties["PolicyDocument"]);
        if (rooms.Policies.GetVersion(account, arn, policy.DefaultVersionId).Document != document)
        {
            // There is room for five versions: as CloudFormation, the new one takes the place of the oldest that is not in use.
            if (policy.Versions.Length >= Limits.PolicyVersions)
            {
                string oldest = policy.Versions.First(version => version.Id != policy.DefaultVersionId).Id;
                await rooms.Policies.DeleteVersionAsync(account, arn, oldest, cancellationToken);
            }

            await rooms.Policies.AddVersionAsync(account, arn, document, asDefault: true, cancellationToken);
        }

        await AttachAsync(call, arn, cancellationToken);
        foreach (HolderName surplus in HoldersOf(call with { Properties = before }).Except(HoldersOf(call)))
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DetachAsync(account, surplus, arn, cancellationToken));
        }

        await TemplateTags.ApplyAsync(
            call,
            rooms.Policies.Get(account, arn).Tags.Keys,
            surplus => rooms.Policies.UntagAsync(account, arn, surplus, cancellationToken),
            wanted => rooms.Policies.TagAsync(account, arn, [.. wanted], cancellationToken));
        return Result(rooms.Policies.Get(account, arn));
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(async () =>
    {
        AccountId account = call.Caller.Account;
        string arn = call.PhysicalId!;
        foreach (HolderName holder in HoldersOf(call))
        {
            await Faults.DeleteAsync(() => rooms.HolderPolicies.DetachAsync(account, holder, arn, cancellationToken));
        }

        ManagedPolicy policy = rooms.Policies.Get(account, arn);
        foreach (PolicyVersion version in policy.Versions.Where(version => version.Id != policy.DefaultVersionId))
        {
            await rooms.Policies.DeleteVersionAsync(account, arn, version.Id, cancellationToken);
        }

        await rooms.Policies.DeleteAsync(account, arn, cancellationToken);
    });

    private static void RefuseGroups(ResourceCall call)
    {
        if (call.Texts("Groups").Count > 0)
        {
            throw StackErrors.Validation("Lamina does not serve groups of IAM: the property Groups must be empty.");
        }
    }

    private static HolderName[] HoldersOf(ResourceCall call) =>
        [.. call.Texts("Roles").Select(HolderName.Role), .. call.Texts("Users").Select(HolderName.User)];

    private async Task AttachAsync(ResourceCall call, string arn, CancellationToken cancellationToken)
    {
        foreach (HolderName holder in HoldersOf(call))
        {
            await rooms.HolderPolicies.AttachAsync(call.Caller.Account, holder, arn, cancellationToken);
        }
    }

    private static string ArnOf(ResourceCall call) => $"arn:aws:iam::{call.Caller.Account}:policy{call.Text("Path") ?? "/"}{call.Name}";

    private ManagedPolicy? Find(ResourceCall call) => Faults.FindOrNull(() => rooms.Policies.Get(call.Caller.Account, ArnOf(call)));

    private static ResourceResult Result(ManagedPolicy policy) => new(policy.Arn, new TemplateMap
    {
        ["PolicyArn"] = policy.Arn,
        ["PolicyId"] = policy.Id,
        ["DefaultVersionId"] = policy.DefaultVersionId,
        ["CreateDate"] = policy.Created.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["UpdateDate"] = policy.Updated.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["AttachmentCount"] = 0,
    });
}
