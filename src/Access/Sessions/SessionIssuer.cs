using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Lamina.Access.Identities;
using Lamina.Access.Signatures;
using Lamina.Contract;

namespace Lamina.Access.Sessions;

/// <summary>
/// Makes temporary credentials and knows them again. The token carries the session itself under a MAC, and the secret follows from
/// both: nothing is stored, so sessions survive a restart and a kill. Only the sessions of execution environments are known here
/// while they live, because they end with their environment and not by the clock.
/// </summary>
public sealed class SessionIssuer(SessionKey key)
{
    private const byte Format = 1;

    private readonly ConcurrentDictionary<string, bool> _environments = new(StringComparer.Ordinal);

    public SessionCredentials Issue(AccountId account, string principalArn, string principalId, string? policy, DateTimeOffset expires) =>
        Make(account, principalArn, principalId, policy, expires, function: null);

    /// <summary>Good until <see cref="Close"/>.</summary>
    /// <param name="function">In whose environment it is.</param>
    public SessionCredentials Open(AccountId account, string principalArn, string principalId, FunctionArn function)
    {
        SessionCredentials credentials = Make(account, principalArn, principalId, policy: null, expires: null, function);
        _environments[credentials.AccessKeyId] = true;
        return credentials;
    }

    public void Close(string accessKeyId) => _environments.TryRemove(accessKeyId, out _);

    /// <summary>Null when the token is not one of ours; it may be over.</summary>
    public Session? Read(string token)
    {
        byte[] bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out int length) || length <= 1 + SessionKey.MacBytes || bytes[0] != Format)
        {
            return null;
        }

        ReadOnlySpan<byte> claims = bytes.AsSpan(1 + SessionKey.MacBytes, length - 1 - SessionKey.MacBytes);
        bool ours = CryptographicOperations.FixedTimeEquals(bytes.AsSpan(1, SessionKey.MacBytes), key.MacOf(claims));
        return ours ? JsonSerializer.Deserialize(claims, SessionJson.Default.Session) : null;
    }

    public bool IsOver(Session session, DateTimeOffset now) =>
        session.Expires is { } expires ? now.ToUnixTimeSeconds() >= expires : !_environments.ContainsKey(session.AccessKeyId);

    public Signer SignerOf(Session session) => new()
    {
        Account = AccountId.Parse(session.Account),
        SecretAccessKey = key.SecretOf(JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.Session)),
        PrincipalArn = session.PrincipalArn,
        PrincipalId = session.PrincipalId,
        SessionPolicy = session.Policy,
        SourceFunctionArn = session.SourceFunctionArn,
    };

    private SessionCredentials Make(
        AccountId account, string principalArn, string principalId, string? policy, DateTimeOffset? expires, FunctionArn? function)
    {
        Session session = new()
        {
            AccessKeyId = IdentityId.New("ASIA", 16),
            Account = account.Value,
            PrincipalArn = principalArn,
            PrincipalId = principalId,
            Expires = expires?.ToUnixTimeSeconds(),
            Policy = policy,
            SourceFunctionArn = function?.ToString(),
        };
        byte[] claims = JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.Session);
        return new SessionCredentials(
            session.AccessKeyId, key.SecretOf(claims), Convert.ToBase64String([Format, .. key.MacOf(claims), .. claims]), expires);
    }
}
