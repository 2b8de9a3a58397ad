using System.Collections.Immutable;
using System.Text;

namespace Lamina.Access.Policies;

/// <summary>Fills in <c>${aws:username}</c> and the like. A variable without a value makes a text that matches nothing.</summary>
internal static class PolicyVariables
{
    private const string Nothing = "\uE001";

    public static string Fill(string text, PolicyContext context)
    {
        int start = text.IndexOf("${", StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        StringBuilder filled = new();
        int from = 0;
        while (start >= 0 && text.IndexOf('}', start) is > 0 and var end)
        {
            filled.Append(text, from, start - from).Append(ValueOf(text[(start + 2)..end], context));
            from = end + 1;
            start = text.IndexOf("${", from, StringComparison.Ordinal);
        }

        return filled.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>In the forms <c>key</c> and <c>key, 'default'</c>; <c>*</c>, <c>?</c> and <c>$</c> are themselves.</summary>
    private static string ValueOf(string variable, PolicyContext context)
    {
        if (variable is "*" or "?" or "$")
        {
            return $"{Wildcards.Literal}{variable}";
        }

        string[] parts = variable.Split(',', 2, StringSplitOptions.TrimEntries);
        ImmutableArray<string> values = context.Value(parts[0]);
        string value = values is [var only] ? only : parts is [_, var fallback] ? fallback.Trim('\'') : Nothing;
        return value
            .Replace("*", $"{Wildcards.Literal}*", StringComparison.Ordinal)
            .Replace("?", $"{Wildcards.Literal}?", StringComparison.Ordinal);
    }
}
