using System.Security.Cryptography;
using System.Text;

namespace Lamina.Access.Signatures;

/// <summary>The key that a secret gives for one day, region and service.</summary>
public sealed class SigningKey
{
    private readonly byte[] _key;

    internal SigningKey(string secretAccessKey, string scope)
    {
        byte[] key = Encoding.UTF8.GetBytes($"AWS4{secretAccessKey}");
        foreach (string part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        _key = key;
    }

    public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

    /// <summary>Takes as long for a signature that is nearly right as for one that is not.</summary>
    public bool Matches(string text, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(text)), Encoding.UTF8.GetBytes(signature));
}
