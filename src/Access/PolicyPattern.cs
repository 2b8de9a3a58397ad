namespace Lamina.Access;

/// <summary>Texts of policies with <c>*</c> for any characters and <c>?</c> for one.</summary>
internal static class PolicyPattern
{
    /// <summary>Case does not matter in the names of actions.</summary>
    public static bool ActionMatches(string pattern, string action) => Matches(pattern.ToUpperInvariant(), action.ToUpperInvariant());

    /// <summary>Part by part: a wildcard stands for nothing beyond the colon, save in the last part, which may have colons itself.</summary>
    public static bool ArnMatches(string pattern, string arn)
    {
        string[] wanted = pattern.Split(':', 6);
        string[] parts = arn.Split(':', 6);
        return wanted.Length == parts.Length && wanted.Zip(parts).All(static pair => Matches(pair.First, pair.Second));
    }

    // Only the last star is ever gone back to, so the time is at most length times length.
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0;
        int star = -1;
        int starText = 0;
        for (int i = 0; i < text.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                starText = i;
            }
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == text[i]))
            {
                at++;
                i++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                i = ++starText;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].Trim('*').IsEmpty;
    }
}
