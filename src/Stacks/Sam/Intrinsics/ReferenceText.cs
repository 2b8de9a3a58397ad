using System.Text.RegularExpressions;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Intrinsics;

/// <summary>The <c>${Name}</c> in the text of Fn::Sub.</summary>
internal static partial class ReferenceText
{
    /// <summary>
    /// Replaces the references of an Fn::Sub, in place: <paramref name="replace"/> takes the whole reference and the name in it.
    /// </summary>
    public static void Replace(TemplateMap sub, Func<string, string, string> replace)
    {
        switch (sub["Fn::Sub"])
        {
            case TemplateText text:
                sub["Fn::Sub"] = Replaced(text, replace);
                break;
            case TemplateList { Count: > 0 } list when list[0] is TemplateText text:
                list[0] = Replaced(text, replace);
                break;
        }
    }

    private static TemplateText Replaced(TemplateText text, Func<string, string, string> replace)
    {
        string replaced = text.Value;
        foreach (Match match in Reference().Matches(text.Value))
        {
            string value = replace(match.Value, match.Groups[1].Value);
            int place = replaced.IndexOf(match.Value, StringComparison.Ordinal);
            replaced = place < 0 ? replaced : string.Concat(replaced.AsSpan(0, place), value, replaced.AsSpan(place + match.Length));
        }

        return new TemplateText(replaced, text.IsUnicode) { Position = text.Position };
    }

    [GeneratedRegex(@"\$\{([A-Za-z0-9\.]+|AWS::[A-Z][A-Za-z]*)\}")]
    private static partial Regex Reference();
}
