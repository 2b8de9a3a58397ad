using System.Security.Cryptography;
using System.Text;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>Ids that end with a hash over what the resource is made from, so that a change makes another resource.</summary>
internal static class LogicalIds
{
    /// <summary>Hexadecimal digits of a hash within an id.</summary>
    private const int Digits = 10;

    /// <summary>The prefix alone where there is nothing to hash.</summary>
    public static string Of(string prefix, TemplateNode? data) => data is { IsTruthy: true } ? $"{prefix}{Hash(data)[..Digits]}" : prefix;

    public static string Of(string prefix, string text) => text.Length == 0 ? prefix : $"{prefix}{Hash(text)[..Digits]}";

    /// <summary>The prefix and the beginning of a hash that is given.</summary>
    public static string WithHash(string prefix, string hash) => $"{prefix}{hash[..Math.Min(Digits, hash.Length)]}";

    /// <summary>SHA-1 in 40 hexadecimal digits.</summary>
    public static string Hash(string text)
    {
#pragma warning disable CA5350 // AWS's ids are made with SHA-1; nothing is protected by it.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }

    /// <summary>Letters and digits, and at least one: what may stand in an id as it is.</summary>
    public static bool MayStand(string text) => text.Length > 0 && text.All(char.IsLetterOrDigit);

    private static string Hash(TemplateNode data) => Hash(data is TemplateText text ? text.Value : PythonJson.Canonical.Write(data));
}
