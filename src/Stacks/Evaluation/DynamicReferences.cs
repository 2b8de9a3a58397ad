using System.Text.RegularExpressions;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>Dynamic references within strings. Sample: <c>{{resolve:ssm:/app/name:3}}</c>.</summary>
internal static partial class DynamicReferences
{
    public static TemplateText Resolve(TemplateText text, Func<string, string?> findStored)
    {
        if (!text.Value.Contains("{{resolve:", StringComparison.Ordinal))
        {
            return text;
        }

        return new TemplateText(Reference().Replace(text.Value, match => match.Groups["service"].Value == "ssm"
            ? findStored(match.Groups["key"].Value) ?? throw StackErrors.Validation($"Unable to fetch parameters [{match.Groups["key"].Value}] from parameter store for this account.")
            : throw StackErrors.Validation($"Lamina does not serve dynamic references to {match.Groups["service"].Value} yet: {match.Value}")));
    }

    [GeneratedRegex(@"\{\{resolve:(?<service>[a-z-]+):(?<key>[^}]+?)\}\}")]
    private static partial Regex Reference();
}
