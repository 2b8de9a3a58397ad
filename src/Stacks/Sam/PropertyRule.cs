using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>
/// What a property may be, written as in properties.json: <c>!string|map</c>. A leading ! requires it; a trailing = says that an
/// intrinsic function is no way round the rule.
/// </summary>
internal sealed class PropertyRule
{
    private readonly string[] _kinds;

    public PropertyRule(string text)
    {
        IsRequired = text.StartsWith('!');
        TakesIntrinsics = !text.EndsWith('=');
        Kinds = text.TrimStart('!').TrimEnd('=');
        _kinds = Alternatives(Kinds);
    }

    public bool IsRequired { get; }

    public bool TakesIntrinsics { get; }

    public string Kinds { get; }

    /// <summary>How the fault of a wrong kind reads.</summary>
    public string FaultOf(string name) => Kinds switch
    {
        "map" or "string" => $"Property '{name}' should be a {Kinds}.",
        _ when Kinds.StartsWith("enum(", StringComparison.Ordinal) => $"Property '{name}' should be a {DescribeChoices(ChoicesOf(Kinds))}.",
        _ => $"Type of property '{name}' is invalid.",
    };

    public bool Allows(TemplateNode value) => AllowsAny(_kinds, value);

    private static bool AllowsAny(string[] kinds, TemplateNode value) => Array.Exists(kinds, kind => Allows(kind, value));

    private static bool Allows(string kind, TemplateNode value) => kind switch
    {
        "any" => true,
        "string" => value is TemplateText,
        "map" => value is TemplateMap,
        "list" => value is TemplateList,
        "bool" => value is TemplateBool,
        // In Python a boolean is an integer.
        "int" => value is TemplateBool or TemplateNumber { IsInteger: true },
        _ when kind.StartsWith("enum(", StringComparison.Ordinal) => value is TemplateText text && ChoicesOf(kind).Contains(text.Value),
        _ when kind.StartsWith("list<", StringComparison.Ordinal) => value is TemplateList list && list.All(item => AllowsAny(Alternatives(kind[5..^1]), item)),
        _ => value is TemplateMap map && map.Entries.All(entry => AllowsAny(Alternatives(kind[4..^1]), entry.Value)),
    };

    private static string[] ChoicesOf(string kind) => kind[5..^1].Split(',');

    private static string DescribeChoices(string[] choices) => choices.Length == 2
        ? $"one of the strings: '{choices[0]}' or '{choices[1]}'"
        : $"one of the strings: {string.Join(", ", choices[..^1].Select(static choice => $"'{choice}'"))}, or '{choices[^1]}'";

    /// <summary>The parts between bars that are not within angle brackets.</summary>
    public static string[] Alternatives(string kinds)
    {
        List<string> parts = [];
        int depth = 0;
        int start = 0;
        for (int index = 0; index <= kinds.Length; index++)
        {
            if (index == kinds.Length || (kinds[index] == '|' && depth == 0))
            {
                parts.Add(kinds[start..index]);
                start = index + 1;
            }
            else
            {
                depth += kinds[index] switch { '<' => 1, '>' => -1, _ => 0 };
            }
        }

        return [.. parts];
    }
}
