using System.Collections.Immutable;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Access.Identities;

/// <summary>The policies of roles and users: those written into them, and managed ones attached to them.</summary>
public sealed class HolderPolicies(ICatalog catalog)
{
    public Task PutAsync(AccountId account, HolderName holder, string policyName, string document, CancellationToken cancellationToken)
    {
        PolicyRules.CheckIdentityPolicy(document);
        return ChangeAsync(account, holder, (inline, attached) => (inline.SetItem(policyName, document), attached), cancellationToken);
    }

    public string Get(AccountId account, HolderName holder, string policyName) =>
        Find(catalog.Current, account, holder).InlinePolicies.GetValueOrDefault(policyName) ?? throw NoInlinePolicy(holder, policyName);

    public Task DeleteAsync(AccountId account, HolderName holder, string policyName, CancellationToken cancellationToken) => ChangeAsync(
        account,
        holder,
        (inline, attached) => inline.Remove(policyName) is var left && left.Count < inline.Count ? (left, attached) : throw NoInlinePolicy(holder, policyName),
        cancellationToken);

    public IEnumerable<string> ListInline(AccountId account, HolderName holder) => Find(catalog.Current, account, holder).InlinePolicies.Keys;

    /// <summary>Names and ARNs.</summary>
    public IEnumerable<PolicyArn> ListAttached(AccountId account, HolderName holder) =>
        Find(catalog.Current, account, holder).AttachedPolicies
            .Select(static text => PolicyArn.TryParse(text, out PolicyArn arn) ? arn : throw new InvalidDataException($"'{text}' is attached and is no policy's ARN."))
            .OrderBy(static arn => arn.Name, StringComparer.Ordinal);

    /// <summary>Attaching one that is attached already is no error.</summary>
    public Task AttachAsync(AccountId account, HolderName holder, string policyArn, CancellationToken cancellationToken)
    {
        if (!PolicyArn.TryParse(policyArn, out PolicyArn arn))
        {
            throw IdentityErrors.InvalidInput($"ARN {policyArn} is not valid.");
        }

        return catalog.CommitAsync(
            transaction =>
            {
                IPolicyHolder found = Find(transaction, account, holder);
                if (arn.Account is not null && IdentityStore.PolicyOf(transaction, arn) is null)
                {
                    throw IdentityErrors.NoSuchEntity($"Policy {policyArn} does not exist or is not attachable.");
                }

                if (!found.AttachedPolicies.Contains(policyArn))
                {
                    if (found.AttachedPolicies.Length >= Limits.AttachedPolicies)
                    {
                        throw IdentityErrors.LimitExceeded($"Cannot exceed quota for PoliciesPer{holder.Kind}: {Limits.AttachedPolicies}");
                    }

                    Put(transaction, found, found.InlinePolicies, found.AttachedPolicies.Add(policyArn));
                }

                return true;
            },
            cancellationToken);
    }

    public Task DetachAsync(AccountId account, HolderName holder, string policyArn, CancellationToken cancellationToken) => ChangeAsync(
        account,
        holder,
        (inline, attached) => attached.Contains(policyArn) ? (inline, attached.Remove(policyArn)) : throw IdentityErrors.NoPolicy(policyArn),
        cancellationToken);

    internal static void RequireNone(IPolicyHolder holder)
    {
        if (holder.AttachedPolicies.Length > 0)
        {
            throw IdentityErrors.DeleteConflict("Cannot delete entity, must detach all policies first.");
        }

        if (holder.InlinePolicies.Count > 0)
        {
            throw IdentityErrors.DeleteConflict("Cannot delete entity, must delete policies first.");
        }
    }

    private static AwsError NoInlinePolicy(HolderName holder, string policyName) =>
        IdentityErrors.NoSuchEntity($"The {holder.Kind.ToLowerInvariant()} policy with name {policyName} cannot be found.");

    private static IPolicyHolder Find(CatalogSnapshot snapshot, AccountId account, HolderName holder) => holder.IsRole
        ? IdentityDocuments.FindRole(snapshot, account, holder.Name) ?? throw IdentityErrors.NoRole(holder.Name)
        : IdentityDocuments.FindUser(snapshot, account, holder.Name) ?? throw IdentityErrors.NoUser(holder.Name);

    private static void Put(
        CatalogTransaction transaction, IPolicyHolder holder, ImmutableSortedDictionary<string, string> inline, ImmutableArray<string> attached)
    {
        if (holder is Role role)
        {
            IdentityDocuments.Put(transaction, role with { InlinePolicies = inline, AttachedPolicies = attached });
        }
        else
        {
            IdentityDocuments.Put(transaction, (User)holder with { InlinePolicies = inline, AttachedPolicies = attached });
        }
    }

    private Task ChangeAsync(
        AccountId account,
        HolderName holder,
        Func<ImmutableSortedDictionary<string, string>, ImmutableArray<string>, (ImmutableSortedDictionary<string, string>, ImmutableArray<string>)> change,
        CancellationToken cancellationToken) => catalog.CommitAsync(
            transaction =>
            {
                IPolicyHolder found = Find(transaction, account, holder);
                (ImmutableSortedDictionary<string, string> inline, ImmutableArray<string> attached) = change(found.InlinePolicies, found.AttachedPolicies);
                Put(transaction, found, inline, attached);
                return true;
            },
            cancellationToken);
}

/// <summary>A role's or a user's name.</summary>
public readonly record struct HolderName(string Name, bool IsRole)
{
    internal string Kind => IsRole ? "Role" : "User";

    public static HolderName Role(string name) => new(name, IsRole: true);

    public static HolderName User(string name) => new(name, IsRole: false);
}
