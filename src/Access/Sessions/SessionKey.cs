using System.Security.Cryptography;
using Lamina.Store;

namespace Lamina.Access.Sessions;

/// <summary>The server's own key, kept in the data folder: whoever has it can make sessions of any role.</summary>
public sealed class SessionKey
{
    internal const int MacBytes = HMACSHA256.HashSizeInBytes;

    private const int KeyBytes = 32;

    // The secret is not the MAC: that one is in the token, for everybody to see.
    private static readonly byte[] MacPurpose = [.. "lamina session token"u8];
    private static readonly byte[] SecretPurpose = [.. "lamina session secret"u8];

    private readonly byte[] _macKey;
    private readonly byte[] _secretKey;

    internal SessionKey(ReadOnlySpan<byte> key)
    {
        _macKey = HMACSHA256.HashData(key, MacPurpose);
        _secretKey = HMACSHA256.HashData(key, SecretPurpose);
    }

    /// <summary>Reads the key of a data folder, or makes one when there is none.</summary>
    public static SessionKey Open(string dataDirectory) => new(KeyFile.OpenOrCreate(
        Path.Combine(dataDirectory, "session.key"), KeyBytes, "Delete it to get a new key; sessions made with the old one end then."));

    internal byte[] MacOf(ReadOnlySpan<byte> claims) => HMACSHA256.HashData(_macKey, claims);

    /// <summary>40 characters, as AWS's.</summary>
    internal string SecretOf(ReadOnlySpan<byte> claims) => Convert.ToBase64String(HMACSHA256.HashData(_secretKey, claims).AsSpan(0, 30));
}
