using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Access.Identities;

/// <summary>
/// Where IAM's things stand in the catalog. IAM has no regions, and names that differ in case only are the same name, so the keys
/// are <c>ACCOUNT/name</c> in lower case.
/// </summary>
internal static class IdentityDocuments
{
    private const string Roles = "iam-roles";
    private const string Users = "iam-users";
    private const string Policies = "iam-policies";
    private const string AccessKeys = "iam-access-keys";

    public static Role? FindRole(CatalogSnapshot snapshot, AccountId account, string name) =>
        snapshot.Find(Roles, Key(account, name))?.Read(IdentityJson.Default.Role);

    public static User? FindUser(CatalogSnapshot snapshot, AccountId account, string name) =>
        snapshot.Find(Users, Key(account, name))?.Read(IdentityJson.Default.User);

    public static ManagedPolicy? FindPolicy(CatalogSnapshot snapshot, AccountId account, string name) =>
        snapshot.Find(Policies, Key(account, name))?.Read(IdentityJson.Default.ManagedPolicy);

    public static AccessKeyOwner? FindAccessKey(CatalogSnapshot snapshot, string accessKeyId) =>
        snapshot.Find(AccessKeys, accessKeyId)?.Read(IdentityJson.Default.AccessKeyOwner);

    public static IEnumerable<Role> ScanRoles(CatalogSnapshot snapshot, AccountId account) =>
        snapshot.Scan(Roles, $"{account}/", null).Select(static document => document.Read(IdentityJson.Default.Role));

    public static IEnumerable<User> ScanUsers(CatalogSnapshot snapshot, AccountId account) =>
        snapshot.Scan(Users, $"{account}/", null).Select(static document => document.Read(IdentityJson.Default.User));

    public static IEnumerable<ManagedPolicy> ScanPolicies(CatalogSnapshot snapshot, AccountId account) =>
        snapshot.Scan(Policies, $"{account}/", null).Select(static document => document.Read(IdentityJson.Default.ManagedPolicy));

    public static void Put(CatalogTransaction transaction, Role role) =>
        transaction.Put(Roles, Key(AccountId.Parse(role.Account), role.Name), role, IdentityJson.Default.Role);

    public static void Put(CatalogTransaction transaction, User user) =>
        transaction.Put(Users, Key(AccountId.Parse(user.Account), user.Name), user, IdentityJson.Default.User);

    public static void Put(CatalogTransaction transaction, ManagedPolicy policy) =>
        transaction.Put(Policies, Key(AccountId.Parse(policy.Account), policy.Name), policy, IdentityJson.Default.ManagedPolicy);

    public static void Put(CatalogTransaction transaction, string accessKeyId, AccessKeyOwner owner) =>
        transaction.Put(AccessKeys, accessKeyId, owner, IdentityJson.Default.AccessKeyOwner);

    public static void DeleteRole(CatalogTransaction transaction, Role role) =>
        transaction.Delete(Roles, Key(AccountId.Parse(role.Account), role.Name));

    public static void DeleteUser(CatalogTransaction transaction, User user) =>
        transaction.Delete(Users, Key(AccountId.Parse(user.Account), user.Name));

    public static void DeletePolicy(CatalogTransaction transaction, ManagedPolicy policy) =>
        transaction.Delete(Policies, Key(AccountId.Parse(policy.Account), policy.Name));

    public static void DeleteAccessKey(CatalogTransaction transaction, string accessKeyId) => transaction.Delete(AccessKeys, accessKeyId);

    private static string Key(AccountId account, string name) => $"{account}/{name.ToLowerInvariant()}";
}
