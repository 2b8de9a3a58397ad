using System.Security.Cryptography;
using System.Text;

namespace Lamina.Server.Wire;

/// <summary>There are no networks here: every subnet is of the one that an account has in a region.</summary>
internal static class AccountNetwork
{
    public static string VpcIdOf(string account, string region) =>
        "vpc-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{region}/{account}")))[..17];
}
