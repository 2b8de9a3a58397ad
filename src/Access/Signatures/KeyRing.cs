using Lamina.Access.Identities;
using Lamina.Access.Sessions;

namespace Lamina.Access.Signatures;

/// <summary>Whom access keys belong to: the configured ones, those of IAM users, those of sessions.</summary>
public sealed class KeyRing(ConfiguredKeys configured, IdentityStore identities, SessionIssuer sessions)
{
    /// <summary>Throws <see cref="SignatureException"/> when the key is nobody's, or its session is over.</summary>
    public Signer Find(string accessKeyId, string? sessionToken, DateTimeOffset now)
    {
        if (sessionToken is not null)
        {
            Session session = sessions.Read(sessionToken) ?? throw new SignatureException(SignatureFault.InvalidToken, "The session token is not one of ours.");
            if (session.AccessKeyId != accessKeyId)
            {
                throw new SignatureException(SignatureFault.UnknownKey, "The access key does not belong to the session token.");
            }

            return sessions.IsOver(session, now)
                ? throw new SignatureException(SignatureFault.ExpiredToken, "The session is over.")
                : sessions.SignerOf(session);
        }

        return configured.Find(accessKeyId) ?? identities.FindAccessKey(accessKeyId)
            ?? throw new SignatureException(SignatureFault.UnknownKey, "The access key is nobody's.");
    }
}
