using System.Text.RegularExpressions;

namespace Lamina.Stacks.Evaluation;

/// <summary>The text of Fn::Sub. Sample: <c>arn:aws:s3:::${Bucket}/${!Literal}/${Function.Arn}</c>; <c>${!Literal}</c> gives <c>${Literal}</c>.</summary>
internal static partial class SubText
{
    public static string Replace(string text, Func<string, string> value) => Placeholder().Replace(
        text, match => match.Groups["literal"].Success ? $"${{{match.Groups["literal"].Value}}}" : value(match.Groups["name"].Value.Trim()));

    public static IEnumerable<string> NamesIn(string text) => Placeholder().Matches(text)
        .Where(static match => match.Groups["name"].Success).Select(static match => match.Groups["name"].Value.Trim());

    [GeneratedRegex(@"\$\{(?:!(?<literal>[^}]*)|(?<name>[^!}][^}]*))\}")]
    private static partial Regex Placeholder();
}
