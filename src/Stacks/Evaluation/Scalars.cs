using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>CloudFormation takes strings, numbers and booleans for one another.</summary>
internal static class Scalars
{
    public static bool Is(TemplateNode? node) => node is TemplateText or TemplateNumber or TemplateBool;

    /// <summary>Null where the value is no scalar.</summary>
    public static string? TextOf(TemplateNode? node) => node switch
    {
        TemplateText text => text.Value,
        TemplateNumber number => number.Digits,
        TemplateBool boolean => boolean.Value ? "true" : "false",
        _ => null,
    };

    public static bool Same(TemplateNode? left, TemplateNode? right) =>
        Is(left) && Is(right) ? TextOf(left) == TextOf(right) : SameLists(left, right) ?? SameMaps(left, right) ?? TemplateNode.Same(left, right);

    public static bool IsTrue(TemplateNode? node) => string.Equals(TextOf(node), "true", StringComparison.OrdinalIgnoreCase);

    private static bool? SameLists(TemplateNode? left, TemplateNode? right) => left is TemplateList a && right is TemplateList b
        ? a.Count == b.Count && a.Zip(b).All(static pair => Same(pair.First, pair.Second))
        : null;

    private static bool? SameMaps(TemplateNode? left, TemplateNode? right) => left is TemplateMap a && right is TemplateMap b
        ? a.Count == b.Count && a.Entries.All(entry => b.Has(entry.Key.Name) && Same(entry.Value, b[entry.Key.Name]))
        : null;
}
