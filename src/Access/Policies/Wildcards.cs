namespace Lamina.Access.Policies;

/// <summary>AWS's wildcards: <c>*</c> is any text, also none; <c>?</c> is any one character.</summary>
internal static class Wildcards
{
    /// <summary>In a filled-in policy variable such a character stands for itself: <see cref="PolicyVariables"/> marks it with this one before it.</summary>
    public const char Literal = '\uE000';

    /// <summary>In time proportional to the product of the lengths at worst: a pattern is a stranger's text.</summary>
    public static bool Matches(string pattern, string text, bool ignoreCase)
    {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && Takes(pattern, ref p, text[t], ignoreCase))
            {
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    private static bool Takes(string pattern, ref int p, char c, bool ignoreCase)
    {
        bool literal = pattern[p] == Literal && p + 1 < pattern.Length;
        char wanted = literal ? pattern[p + 1] : pattern[p];
        bool same = (!literal && wanted == '?') || wanted == c || (ignoreCase && char.ToLowerInvariant(wanted) == char.ToLowerInvariant(c));
        p += !same ? 0 : literal ? 2 : 1;
        return same;
    }
}
