using Lamina.Access.Identities;
using Lamina.Contract;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Identities;

/// <summary>AWS::IAM::User. Groups and a login profile are only kept in the stack: there are no groups, and no console to log in to.</summary>
internal sealed class UserType(StackRoomParts rooms) : IResourceType
{
    private readonly HeldPolicies _policies = new(rooms);

    public string Name => "AWS::IAM::User";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            "UserName", "Groups", "LoginProfile", "ManagedPolicyArns", "Path", "PermissionsBoundary", "Policies", "Tags"),
        Replacing = ResourceShape.Set("UserName"),
        NameProperty = "UserName",
        Attributes = ResourceShape.Set("Arn"),
    };

    public string? MarkBefore(ResourceCall call) => Find(call.Caller.Account, call.Name) is null ? null : throw Faults.Exists(Name, call.Name);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        AccountId account = call.Caller.Account;
        if (!call.IsRepeated || Find(account, call.Name) is null)
        {
            await rooms.Users.CreateAsync(
                account, call.Name, PathOf(call), call.Text("PermissionsBoundary"), [.. TemplateTags.Of(call)], cancellationToken);
        }

        await call.InitiatedAsync(call.Name);
        await _policies.ApplyAsync(call, [], HolderName.User(call.Name), cancellationToken);
        return Result(rooms.Users.Get(account, call.Name));
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string name = call.PhysicalId!;
        User user = await rooms.Users.UpdateAsync(
            call.Caller.Account, name, PathOf(call), call.Text("PermissionsBoundary"), [.. TemplateTags.Of(call)], cancellationToken);
        await _policies.ApplyAsync(call, before, HolderName.User(name), cancellationToken);
        return Result(user);
    }

    /// <summary>With the policies that the stack gave it; others, and keys, keep it from being deleted.</summary>
    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(async () =>
    {
        await _policies.RemoveAsync(call, HolderName.User(call.PhysicalId!), cancellationToken);
        await rooms.Users.DeleteAsync(call.Caller.Account, call.PhysicalId!, cancellationToken);
    });

    private static string PathOf(ResourceCall call) => call.Text("Path") ?? "/";

    private User? Find(AccountId account, string name) => Faults.FindOrNull(() => rooms.Users.Get(account, name));

    private static ResourceResult Result(User user) => new(user.Name, new TemplateMap { ["Arn"] = user.Arn });
}
