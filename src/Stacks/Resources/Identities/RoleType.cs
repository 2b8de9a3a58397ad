using Lamina.Access.Identities;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Identities;

internal sealed class RoleType(StackRoomParts rooms) : IResourceType
{
    private readonly HeldPolicies _policies = new(rooms);

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
        await _policies.ApplyAsync(call, [], HolderName.Role(call.Name), cancellationToken);
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

        await _policies.ApplyAsync(call, before, HolderName.Role(name), cancellationToken);
        return Result(role);
    }

    /// <summary>With the policies that the stack gave it; others keep it from being deleted.</summary>
    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(async () =>
    {
        await _policies.RemoveAsync(call, HolderName.Role(call.PhysicalId!), cancellationToken);
        await rooms.Roles.DeleteAsync(call.Caller.Account, call.PhysicalId!, cancellationToken);
    });

    private static int? Seconds(ResourceCall call) => call.Text("MaxSessionDuration") is not { } text ? null
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int seconds) ? seconds
        : throw StackErrors.Validation("MaxSessionDuration must be a number of seconds.");

    private Role? Find(AccountId account, string name) => Faults.FindOrNull(() => rooms.Roles.Get(account, name));

    private static ResourceResult Result(Role role) => new(role.Name, new TemplateMap { ["Arn"] = role.Arn, ["RoleId"] = role.Id });
}
