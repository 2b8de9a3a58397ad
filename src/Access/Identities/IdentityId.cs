using System.Security.Cryptography;
using System.Text;

namespace Lamina.Access.Identities;

/// <summary>Unique ids as IAM writes them: a prefix that tells the kind (AROA a role, ANPA a policy, AIDA a user) and 17 letters and digits.</summary>
internal static class IdentityId
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string New(string prefix, int length = 17) => prefix + RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>The same for the same name, for what exists in configuration only.</summary>
    public static string Of(string prefix, string name) =>
        prefix + string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(name)).Take(17).Select(static part => Alphabet[part % 32]));
}
