using Lamina.Access.Identities;
using Lamina.Access.Sessions;
using Lamina.Access.Signatures;
using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <summary>
/// Who signs, where no keys are configured and so no signature is verified: a session token of ours names its principal, an access key
/// its user or, when it has twelve digits, its account; the scope names the region. What is missing comes from the server's own.
/// </summary>
internal sealed class CallerReader(AccountId defaultAccount, string defaultRegion, IdentityStore identities, SessionIssuer sessions, TimeProvider time)
{
    public Caller Read(SignatureScope? scope, string? sessionToken)
    {
        string region = scope?.Region ?? defaultRegion;
        if (sessionToken is not null && sessions.Read(sessionToken) is { } session && session.AccessKeyId == scope?.AccessKeyId)
        {
            return sessions.IsOver(session, time.GetUtcNow())
                ? throw SignatureErrors.Word(new SignatureException(SignatureFault.ExpiredToken, "The session is over."), scope.Service)
                : CallerOf(sessions.SignerOf(session), region);
        }

        if (scope is not null && identities.FindAccessKey(scope.AccessKeyId) is { } user)
        {
            return CallerOf(user, region);
        }

        AccountId account = AccountId.TryParse(scope?.AccessKeyId, out AccountId named) ? named : defaultAccount;
        return new Caller { Account = account, Region = region, PrincipalArn = $"arn:aws:iam::{account}:root" };
    }

    public static Caller CallerOf(Signer signer, string region) => new()
    {
        Account = signer.Account,
        Region = region,
        PrincipalArn = signer.PrincipalArn,
        PrincipalId = signer.PrincipalId,
        SessionPolicy = signer.SessionPolicy,
        SourceFunctionArn = signer.SourceFunctionArn,
    };
}
