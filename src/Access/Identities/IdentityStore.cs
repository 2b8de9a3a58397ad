using Lamina.Access.Signatures;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Access.Identities;

/// <summary>Reads roles, users and policies for those who verify and authorise.</summary>
public sealed class IdentityStore(ICatalog catalog)
{
    public Role? FindRole(AccountId account, string name) => IdentityDocuments.FindRole(catalog.Current, account, name);

    public User? FindUser(AccountId account, string name) => IdentityDocuments.FindUser(catalog.Current, account, name);

    /// <summary>The text of the policy's default version; null when there is no such policy here.</summary>
    public string? FindPolicyText(string arn) =>
        PolicyArn.TryParse(arn, out PolicyArn policy) ? PolicyOf(catalog.Current, policy)?.DefaultVersion.Document : null;

    internal static ManagedPolicy? PolicyOf(CatalogSnapshot snapshot, PolicyArn arn)
    {
        if (arn.Account is not { } account)
        {
            return AwsManagedPolicies.Find(arn.Text);
        }

        ManagedPolicy? policy = IdentityDocuments.FindPolicy(snapshot, account, arn.Name);
        return policy?.Arn == arn.Text ? policy : null;
    }

    public Signer? FindAccessKey(string accessKeyId)
    {
        CatalogSnapshot snapshot = catalog.Current;
        if (IdentityDocuments.FindAccessKey(snapshot, accessKeyId) is not { } owner)
        {
            return null;
        }

        AccountId account = AccountId.Parse(owner.Account);
        User user = IdentityDocuments.FindUser(snapshot, account, owner.UserName)!;
        return new Signer
        {
            Account = account,
            SecretAccessKey = user.AccessKeys.Single(key => key.Id == accessKeyId).Secret,
            PrincipalArn = user.Arn,
            PrincipalId = user.Id,
            SessionPolicy = null,
        };
    }
}

/// <summary><c>arn:aws:iam::ACCOUNT:policy/path/name</c>; AWS's own policies have the account <c>aws</c>.</summary>
public readonly record struct PolicyArn(string Text, AccountId? Account, string Name)
{
    public static bool TryParse(string text, out PolicyArn arn)
    {
        arn = default;
        if (text.Split(':') is not ["arn", _, "iam", "", var owner, var resource] || !resource.StartsWith("policy/", StringComparison.Ordinal))
        {
            return false;
        }

        string name = resource[(resource.LastIndexOf('/') + 1)..];
        AccountId? account = AccountId.TryParse(owner, out AccountId parsed) ? parsed : null;
        arn = new PolicyArn(text, account, name);
        return name.Length > 0 && (account is not null || owner == "aws");
    }
}
