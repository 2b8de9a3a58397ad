using System.Collections.Immutable;
using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Access.Identities;

/// <summary>Creates and deletes users and their access keys.</summary>
public sealed class UserEditor(ICatalog catalog, TimeProvider time)
{
    public Task<User> CreateAsync(
        AccountId account,
        string name,
        string path,
        string? permissionsBoundary,
        IReadOnlyList<KeyValuePair<string, string>> tags,
        CancellationToken cancellationToken)
    {
        User user = new()
        {
            Account = account.Value,
            Name = name,
            Path = path,
            Id = IdentityId.New("AIDA"),
            Created = time.GetUtcNow(),
            PermissionsBoundary = permissionsBoundary,
            Tags = Tagging.New(tags),
            InlinePolicies = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            AttachedPolicies = [],
            AccessKeys = [],
        };
        return catalog.CommitAsync(
            transaction =>
            {
                if (IdentityDocuments.FindUser(transaction, account, name) is not null)
                {
                    throw IdentityErrors.AlreadyExists($"User with name {name} already exists.");
                }

                IdentityDocuments.Put(transaction, user);
                return user;
            },
            cancellationToken);
    }

    /// <summary>Gives a user all these in the place of those that it has.</summary>
    public Task<User> UpdateAsync(
        AccountId account,
        string name,
        string path,
        string? permissionsBoundary,
        IReadOnlyList<KeyValuePair<string, string>> tags,
        CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            User user = Require(transaction, account, name) with { Path = path, PermissionsBoundary = permissionsBoundary, Tags = Tagging.New(tags) };
            IdentityDocuments.Put(transaction, user);
            return user;
        },
        cancellationToken);

    public User Get(AccountId account, string name) => Require(catalog.Current, account, name);

    public IEnumerable<User> List(AccountId account, string pathPrefix) =>
        IdentityDocuments.ScanUsers(catalog.Current, account).Where(user => user.Path.StartsWith(pathPrefix, StringComparison.Ordinal));

    public Task DeleteAsync(AccountId account, string name, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            User user = Require(transaction, account, name);
            HolderPolicies.RequireNone(user);
            if (user.AccessKeys.Length > 0)
            {
                throw IdentityErrors.DeleteConflict("Cannot delete entity, must delete access keys first.");
            }

            IdentityDocuments.DeleteUser(transaction, user);
            return true;
        },
        cancellationToken);

    public Task<AccessKey> CreateAccessKeyAsync(AccountId account, string name, CancellationToken cancellationToken)
    {
        AccessKey key = new(
            IdentityId.New("AKIA", 16), Convert.ToBase64String(RandomNumberGenerator.GetBytes(30)), time.GetUtcNow());
        return catalog.CommitAsync(
            transaction =>
            {
                User user = Require(transaction, account, name);
                if (user.AccessKeys.Length >= Limits.AccessKeysPerUser)
                {
                    throw IdentityErrors.LimitExceeded($"Cannot exceed quota for AccessKeysPerUser: {Limits.AccessKeysPerUser}");
                }

                IdentityDocuments.Put(transaction, user with { AccessKeys = user.AccessKeys.Add(key) });
                IdentityDocuments.Put(transaction, key.Id, new AccessKeyOwner(user.Account, user.Name));
                return key;
            },
            cancellationToken);
    }

    public Task DeleteAccessKeyAsync(AccountId account, string name, string accessKeyId, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            User user = Require(transaction, account, name);
            AccessKey key = user.AccessKeys.FirstOrDefault(key => key.Id == accessKeyId)
                ?? throw IdentityErrors.NoSuchEntity($"The Access Key with id {accessKeyId} cannot be found.");
            IdentityDocuments.Put(transaction, user with { AccessKeys = user.AccessKeys.Remove(key) });
            IdentityDocuments.DeleteAccessKey(transaction, accessKeyId);
            return true;
        },
        cancellationToken);

    private static User Require(CatalogSnapshot snapshot, AccountId account, string name) =>
        IdentityDocuments.FindUser(snapshot, account, name) ?? throw IdentityErrors.NoUser(name);
}
