using System.Text.RegularExpressions;

namespace Lamina.Cli.Stacks;

/// <summary>
/// The local paths in a template's text: CodeUri and ContentUri of SAM's functions and layers, Code and Content of Lambda's own, whose value
/// is a plain text. The text is searched line by line, in YAML and JSON alike, so that all else in it stays as it was written, comments and
/// line numbers too. A resource's type is the one that the smallest block around the path names.
/// </summary>
internal static partial class LocalCode
{
    private const string ServerlessFunction = "AWS::Serverless::Function";
    private const string ServerlessLayer = "AWS::Serverless::LayerVersion";
    private const string LambdaFunction = "AWS::Lambda::Function";
    private const string LambdaLayer = "AWS::Lambda::LayerVersion";

    public static IEnumerable<LocalPath> Find(string template)
    {
        string[] lines = template.Split('\n');
        int offset = 0;
        int textIndent = -1; // Of the key whose block of text the line is in.
        for (int line = 0; line < lines.Length; offset += lines[line].Length + 1, line++)
        {
            string text = lines[line];
            if (string.IsNullOrWhiteSpace(text) || text.TrimStart().StartsWith('#'))
            {
                continue;
            }

            if (textIndent >= 0 && Indent(text) > textIndent)
            {
                continue;
            }

            textIndent = BlockText().IsMatch(text) ? Indent(text) : -1;
            foreach (Match match in Property().Matches(text))
            {
                Group value = match.Groups["value"];
                string path = Plain(value.Value);
                string? type = TypeAround(lines, line, match.Index);
                if (IsOf(match.Groups["key"].Value, type) && !IsElsewhere(path))
                {
                    yield return new LocalPath(path, offset + value.Index, value.Value.TrimEnd().Length, line + 1, type!);
                }
            }
        }
    }

    /// <summary>What stands in place of the path.</summary>
    public static string Location(LocalPath path, string bucket, string key) => path.Type is ServerlessFunction or ServerlessLayer
        ? $"\"s3://{bucket}/{key}\""
        : $"{{\"S3Bucket\": \"{bucket}\", \"S3Key\": \"{key}\"}}";

    private static bool IsOf(string key, string? type) => (key, type) is
        ("CodeUri", ServerlessFunction) or ("ContentUri", ServerlessLayer) or ("Code", LambdaFunction) or ("Content", LambdaLayer);

    /// <summary>A URL, a structure that is still to come, or a function of CloudFormation's.</summary>
    private static bool IsElsewhere(string path) =>
        path.Length == 0 || path.Contains("://", StringComparison.Ordinal) || "!{[&*|>".Contains(path[0], StringComparison.Ordinal);

    private static string Plain(string value) => value switch
    {
        ['"', .., '"'] => value[1..^1],
        ['\'', .., '\''] => value[1..^1].Replace("''", "'", StringComparison.Ordinal),
        _ => value.TrimEnd(),
    };

    /// <summary>Of the line itself, else of the block that its nearest less indented line begins, and so on outwards.</summary>
    private static string? TypeAround(string[] lines, int line, int column)
    {
        if (NearestType(lines[line], column) is { } ownLine)
        {
            return ownLine;
        }

        for (int begin = line; Outer(lines, begin) is { } outer; begin = outer)
        {
            int end = outer + 1;
            while (end < lines.Length && (string.IsNullOrWhiteSpace(lines[end]) || Indent(lines[end]) > Indent(lines[outer])))
            {
                end++;
            }

            string before = string.Join('\n', lines[outer..line]);
            if (NearestType(before + '\n' + string.Join('\n', lines[line..end]), before.Length) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private static int? Outer(string[] lines, int line)
    {
        for (int outer = line - 1; outer >= 0; outer--)
        {
            if (!string.IsNullOrWhiteSpace(lines[outer]) && Indent(lines[outer]) < Indent(lines[line]))
            {
                return outer;
            }
        }

        return null;
    }

    /// <summary>The last one before the place, else the first behind it.</summary>
    private static string? NearestType(string text, int place)
    {
        MatchCollection types = ResourceType().Matches(text);
        Match? type = types.LastOrDefault(found => found.Index < place) ?? types.FirstOrDefault();
        return type?.Groups["type"].Value;
    }

    private static int Indent(string line) => line.Length - line.TrimStart(' ', '\t').Length;

    [GeneratedRegex(
        """(?:^\s*(?:- +)?|[{,]\s*)(?<quote>["']?)(?<key>CodeUri|ContentUri|Code|Content)\k<quote>\s*:\s*"""
        + """(?<value>"[^"]*"|'(?:[^']|'')*'|[^\s"',{}#][^,{}#\r]*)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Property();

    [GeneratedRegex("""(?:^|[\s{,])["']?Type["']?\s*:\s*["']?(?<type>AWS::\w+::\w+)""", RegexOptions.CultureInvariant)]
    private static partial Regex ResourceType();

    [GeneratedRegex("""[:-]\s+[|>][-+0-9]*\s*(?:#.*)?$""", RegexOptions.CultureInvariant)]
    private static partial Regex BlockText();
}

/// <param name="Path">As the template says it, relative to the template's folder.</param>
/// <param name="Offset">Where its scalar begins in the text, quotes included.</param>
/// <param name="Line">From 1 on.</param>
/// <param name="Type">The resource's.</param>
internal sealed record LocalPath(string Path, int Offset, int Length, int Line, string Type);
