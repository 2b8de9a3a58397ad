using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <summary>Who signs: the access key decides the account, the scope the region; what is missing comes from the server's own.</summary>
internal sealed class CallerReader(AccountId defaultAccount, string defaultRegion)
{
    public Caller Read(SignatureScope? scope)
    {
        AccountId account = AccountId.TryParse(scope?.AccessKeyId, out AccountId named) ? named : defaultAccount;
        return new Caller
        {
            Account = account,
            Region = scope?.Region ?? defaultRegion,
            PrincipalArn = $"arn:aws:iam::{account}:root",
        };
    }
}
