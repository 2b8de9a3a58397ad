using System.Globalization;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Access.Identities;

/// <summary>Creates, versions and deletes managed policies.</summary>
public sealed class PolicyEditor(ICatalog catalog, TimeProvider time)
{
    public Task<ManagedPolicy> CreateAsync(
        AccountId account,
        string name,
        string path,
        string document,
        string? description,
        IReadOnlyList<KeyValuePair<string, string>> tags,
        CancellationToken cancellationToken)
    {
        PolicyRules.CheckIdentityPolicy(document);
        DateTimeOffset now = time.GetUtcNow();
        ManagedPolicy policy = new()
        {
            Account = account.Value,
            Name = name,
            Path = path,
            Id = IdentityId.New("ANPA"),
            Created = now,
            Updated = now,
            Description = description,
            Tags = Tagging.New(tags),
            Versions = [new PolicyVersion("v1", document, now)],
            DefaultVersionId = "v1",
            LastVersion = 1,
        };
        return catalog.CommitAsync(
            transaction =>
            {
                if (IdentityDocuments.FindPolicy(transaction, account, name) is not null)
                {
                    throw IdentityErrors.AlreadyExists($"A policy called {name} already exists. Duplicate names are not allowed.");
                }

                IdentityDocuments.Put(transaction, policy);
                return policy;
            },
            cancellationToken);
    }

    public ManagedPolicy Get(AccountId account, string arn) => Require(catalog.Current, account, arn);

    public PolicyVersion GetVersion(AccountId account, string arn, string versionId) => RequireVersion(Get(account, arn), versionId);

    /// <param name="scope"><c>AWS</c>, <c>Local</c> or <c>All</c>.</param>
    public IEnumerable<ManagedPolicy> List(AccountId account, string scope, string pathPrefix, bool onlyAttached) =>
        (scope == "Local" ? [] : AwsManagedPolicies.All)
        .Concat(scope == "AWS" ? [] : IdentityDocuments.ScanPolicies(catalog.Current, account))
        .Where(policy => policy.Path.StartsWith(pathPrefix, StringComparison.Ordinal) && (!onlyAttached || CountAttached(account, policy.Arn) > 0));

    public IEnumerable<Role> RolesWith(AccountId account, string arn) =>
        IdentityDocuments.ScanRoles(catalog.Current, account).Where(role => role.AttachedPolicies.Contains(arn));

    public IEnumerable<User> UsersWith(AccountId account, string arn) =>
        IdentityDocuments.ScanUsers(catalog.Current, account).Where(user => user.AttachedPolicies.Contains(arn));

    public int CountAttached(AccountId account, string arn) => CountAttached(catalog.Current, account, arn);

    public async Task<PolicyVersion> AddVersionAsync(
        AccountId account, string arn, string document, bool asDefault, CancellationToken cancellationToken)
    {
        PolicyRules.CheckIdentityPolicy(document);
        ManagedPolicy changed = await ChangeAsync(
            account,
            arn,
            policy =>
            {
                if (policy.Versions.Length >= Limits.PolicyVersions)
                {
                    throw IdentityErrors.LimitExceeded(
                        $"A managed policy can have up to {Limits.PolicyVersions} versions. Before you create a new version, you must delete an existing version.");
                }

                int number = policy.LastVersion + 1;
                string id = string.Create(CultureInfo.InvariantCulture, $"v{number}");
                return policy with
                {
                    LastVersion = number,
                    Versions = policy.Versions.Add(new PolicyVersion(id, document, time.GetUtcNow())),
                    DefaultVersionId = asDefault ? id : policy.DefaultVersionId,
                };
            },
            cancellationToken);
        return changed.Versions[^1];
    }

    public Task SetDefaultAsync(AccountId account, string arn, string versionId, CancellationToken cancellationToken) =>
        ChangeAsync(account, arn, policy => policy with { DefaultVersionId = RequireVersion(policy, versionId).Id }, cancellationToken);

    public Task DeleteVersionAsync(AccountId account, string arn, string versionId, CancellationToken cancellationToken) => ChangeAsync(
        account,
        arn,
        policy => RequireVersion(policy, versionId).Id != policy.DefaultVersionId
            ? policy with { Versions = policy.Versions.RemoveAll(version => version.Id == versionId) }
            : throw IdentityErrors.DeleteConflict("Cannot delete the default version of a policy."),
        cancellationToken);

    public Task TagAsync(
        AccountId account, string arn, IReadOnlyList<KeyValuePair<string, string>> tags, CancellationToken cancellationToken) =>
        ChangeAsync(account, arn, policy => policy with { Tags = Tagging.Add(policy.Tags, tags) }, cancellationToken);

    public Task UntagAsync(AccountId account, string arn, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        ChangeAsync(account, arn, policy => policy with { Tags = policy.Tags.RemoveRange(keys) }, cancellationToken);

    public Task DeleteAsync(AccountId account, string arn, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            ManagedPolicy policy = RequireOwn(transaction, account, arn);
            if (CountAttached(transaction, account, arn) > 0)
            {
                throw IdentityErrors.DeleteConflict("Cannot delete a policy attached to entities.");
            }

            if (policy.Versions.Length > 1)
            {
                throw IdentityErrors.DeleteConflict(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                    + "The default version is deleted with the policy.");
            }

            IdentityDocuments.DeletePolicy(transaction, policy);
            return true;
        },
        cancellationToken);

    private static int CountAttached(CatalogSnapshot snapshot, AccountId account, string arn) =>
        IdentityDocuments.ScanRoles(snapshot, account).Count(role => role.AttachedPolicies.Contains(arn))
        + IdentityDocuments.ScanUsers(snapshot, account).Count(user => user.AttachedPolicies.Contains(arn));

    private static ManagedPolicy Require(CatalogSnapshot snapshot, AccountId account, string arn) =>
        PolicyArn.TryParse(arn, out PolicyArn parsed)
            ? (parsed.Account is null || parsed.Account == account ? IdentityStore.PolicyOf(snapshot, parsed) : null) ?? throw IdentityErrors.NoPolicy(arn)
            : throw IdentityErrors.InvalidInput($"ARN {arn} is not valid.");

    private static ManagedPolicy RequireOwn(CatalogSnapshot snapshot, AccountId account, string arn) =>
        Require(snapshot, account, arn) is { Account: not "aws" } policy
            ? policy
            : throw new AwsError("AccessDenied", 403, $"The policy {arn} is AWS's and cannot be changed.", AwsErrorBody.LowerMessageOnly);

    private static PolicyVersion RequireVersion(ManagedPolicy policy, string versionId) =>
        policy.Versions.FirstOrDefault(version => version.Id == versionId)
        ?? throw IdentityErrors.NoSuchEntity($"Policy {policy.Arn} version {versionId} does not exist or is not attachable.");

    private Task<ManagedPolicy> ChangeAsync(
        AccountId account, string arn, Func<ManagedPolicy, ManagedPolicy> change, CancellationToken cancellationToken) => catalog.CommitAsync(
            transaction =>
            {
                ManagedPolicy changed = change(RequireOwn(transaction, account, arn)) with { Updated = time.GetUtcNow() };
                IdentityDocuments.Put(transaction, changed);
                return changed;
            },
            cancellationToken);
}
