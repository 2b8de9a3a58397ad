using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Connectors;

/// <summary>The <c>%{Source.Arn}</c> in a profile.</summary>
internal static class Placeholders
{
    /// <summary>A copy with the values filled in: as they are where a text is nothing else, within Fn::Sub where it is more.</summary>
    /// <exception cref="ArgumentException">A value that is needed is not there.</exception>
    public static TemplateNode Fill(TemplateNode node, IReadOnlyDictionary<string, TemplateNode?> values)
    {
        switch (node)
        {
            case TemplateMap map:
                TemplateMap filled = new();
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    filled.Set(key, Fill(value, values));
                }

                return filled;
            case TemplateList list:
                return new TemplateList(list.Select(item => Fill(item, values)).ToArray());
            case TemplateText text:
                return Fill(text.Value, values);
            default:
                return node;
        }
    }

    private static TemplateNode Fill(string text, IReadOnlyDictionary<string, TemplateNode?> values)
    {
        TemplateMap variables = new();
        foreach ((string name, TemplateNode? value) in values)
        {
            string placeholder = $"%{{{name}}}";
            if (!text.Contains(placeholder, StringComparison.Ordinal))
            {
                continue;
            }

            if (value is null)
            {
                throw new ArgumentException($"{name} is missing.", nameof(values));
            }

            if (text == placeholder)
            {
                return value;
            }

            string variable = string.Concat(name.Where(char.IsLetterOrDigit));
            text = text.Replace(placeholder, $"${{{variable}}}", StringComparison.Ordinal);
            variables[variable] = value;
        }

        int open = text.IndexOf("${", StringComparison.Ordinal);
        if (open < 0 || text.IndexOf('}', open) <= open + 2)
        {
            return text;
        }

        return variables.Count > 0 ? Intrinsic.Sub(text, variables) : Intrinsic.Sub(text);
    }
}
