using System.IO.Enumeration;

namespace Lamina.Access;

/// <summary>Texts of policies with <c>*</c> for any characters and <c>?</c> for one.</summary>
internal static class PolicyPattern
{
    /// <summary>Case does not matter in the names of actions.</summary>
    public static bool Matches(string pattern, string action) => FileSystemName.MatchesSimpleExpression(Literal(pattern), action, ignoreCase: true);

    /// <summary>Part by part: a wildcard stands for nothing beyond the colon, save in the last part, which may have colons itself.</summary>
    public static bool ArnMatches(string pattern, string arn)
    {
        string[] wanted = pattern.Split(':', 6);
        string[] parts = arn.Split(':', 6);
        return wanted.Length == parts.Length
            && wanted.Zip(parts).All(static pair => FileSystemName.MatchesSimpleExpression(Literal(pair.First), pair.Second, ignoreCase: false));
    }

    // The matcher's own escape character is none in policies.
    private static string Literal(string pattern) => pattern.Replace("\\", "\\\\", StringComparison.Ordinal);
}
