using System.Collections.Immutable;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Access.Identities;

/// <summary>What a new role is to be.</summary>
public sealed record RoleDraft
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string TrustPolicy { get; init; }

    public required string? Description { get; init; }

    public required int? MaxSessionSeconds { get; init; }

    public required string? PermissionsBoundary { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; }
}

/// <summary>Creates, changes and deletes roles. Their policies are the <see cref="HolderPolicies"/>'.</summary>
public sealed class RoleEditor(ICatalog catalog, TimeProvider time)
{
    public Task<Role> CreateAsync(AccountId account, RoleDraft draft, CancellationToken cancellationToken)
    {
        PolicyRules.CheckTrustPolicy(draft.TrustPolicy);
        Role role = new()
        {
            Account = account.Value,
            Name = draft.Name,
            Path = draft.Path,
            Id = IdentityId.New("AROA"),
            Created = time.GetUtcNow(),
            TrustPolicy = draft.TrustPolicy,
            Description = draft.Description,
            MaxSessionSeconds = draft.MaxSessionSeconds ?? Limits.RoleSessionSeconds,
            PermissionsBoundary = draft.PermissionsBoundary,
            Tags = Tagging.New(draft.Tags),
            InlinePolicies = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            AttachedPolicies = [],
        };
        return catalog.CommitAsync(
            transaction =>
            {
                if (IdentityDocuments.FindRole(transaction, account, role.Name) is not null)
                {
                    throw IdentityErrors.AlreadyExists($"Role with name {role.Name} already exists.");
                }

                IdentityDocuments.Put(transaction, role);
                return role;
            },
            cancellationToken);
    }

    public Role Get(AccountId account, string name) =>
        IdentityDocuments.FindRole(catalog.Current, account, name) ?? throw IdentityErrors.NoRole(name);

    public IEnumerable<Role> List(AccountId account, string pathPrefix) =>
        IdentityDocuments.ScanRoles(catalog.Current, account).Where(role => role.Path.StartsWith(pathPrefix, StringComparison.Ordinal));

    public Task<Role> UpdateAsync(AccountId account, string name, Func<Role, Role> change, CancellationToken cancellationToken) =>
        catalog.CommitAsync(
            transaction =>
            {
                Role changed = change(IdentityDocuments.FindRole(transaction, account, name) ?? throw IdentityErrors.NoRole(name));
                IdentityDocuments.Put(transaction, changed);
                return changed;
            },
            cancellationToken);

    public Task<Role> SetTrustPolicyAsync(AccountId account, string name, string trustPolicy, CancellationToken cancellationToken)
    {
        PolicyRules.CheckTrustPolicy(trustPolicy);
        return UpdateAsync(account, name, role => role with { TrustPolicy = trustPolicy }, cancellationToken);
    }

    public Task<Role> TagAsync(
        AccountId account, string name, IReadOnlyList<KeyValuePair<string, string>> tags, CancellationToken cancellationToken) =>
        UpdateAsync(account, name, role => role with { Tags = Tagging.Add(role.Tags, tags) }, cancellationToken);

    public Task DeleteAsync(AccountId account, string name, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            Role role = IdentityDocuments.FindRole(transaction, account, name) ?? throw IdentityErrors.NoRole(name);
            HolderPolicies.RequireNone(role);
            IdentityDocuments.DeleteRole(transaction, role);
            return true;
        },
        cancellationToken);
}
