using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Intrinsics;

/// <summary>CloudFormation's intrinsic functions: making them, and knowing them.</summary>
internal static class Intrinsic
{
    private const int IfArguments = 3;

    public static TemplateMap Ref(TemplateNode name) => new() { ["Ref"] = name };

    public static TemplateMap GetAtt(TemplateNode logicalId, string attribute) => new() { ["Fn::GetAtt"] = new TemplateList([logicalId, attribute]) };

    public static TemplateMap Join(string delimiter, TemplateList values) => new() { ["Fn::Join"] = new TemplateList([delimiter, values]) };

    public static TemplateMap Sub(TemplateNode text) => new() { ["Fn::Sub"] = text };

    public static TemplateMap Sub(TemplateNode text, TemplateMap variables) => new() { ["Fn::Sub"] = new TemplateList([text, variables]) };

    public static TemplateMap If(TemplateNode condition, TemplateNode then, TemplateNode? otherwise = null) =>
        new() { ["Fn::If"] = new TemplateList([condition, then, otherwise ?? NoValue()]) };

    public static TemplateMap Not(TemplateNode condition) =>
        new() { ["Fn::Not"] = new TemplateList([new TemplateMap { ["Condition"] = condition }]) };

    public static TemplateMap Or(IEnumerable<string> conditions) => new() { ["Fn::Or"] = new TemplateList(conditions.Select(Condition)) };

    public static TemplateMap NoValue() => Ref("AWS::NoValue");

    public static bool Is(TemplateNode? node) => node is TemplateMap { Count: 1 } map
        && (map.FirstName is "Ref" or "Condition" || map.FirstName.StartsWith("Fn::", StringComparison.Ordinal));

    public static bool IsIf(TemplateNode? node) => node is TemplateMap { Count: 1, FirstName: "Fn::If" };

    public static bool IsNoValue(TemplateNode? node) =>
        node is TemplateMap { Count: 1, FirstName: "Ref", FirstValue: TemplateText { Value: "AWS::NoValue" } };

    /// <summary>The arguments of Fn::If, or null where there are not three.</summary>
    public static TemplateList? IfArgumentsOf(TemplateNode? node) =>
        node is TemplateMap { FirstValue: TemplateList { Count: IfArguments } arguments } ? arguments : null;

    /// <summary>What AWS says of an Fn::If without three arguments.</summary>
    public static string IfFault => $"Fn::If requires {IfArguments} arguments";

    /// <summary>The resource that a Ref or Fn::GetAtt names; null for anything else.</summary>
    public static string? LogicalIdOf(TemplateNode? node)
    {
        if (!Is(node))
        {
            return null;
        }

        TemplateMap map = (TemplateMap)node!;
        return map["Ref"] is TemplateText name ? name.Value : map["Fn::GetAtt"] switch
        {
            TemplateList { Count: 2 } list when list[0] is TemplateText id => id.Value,
            TemplateText text when text.Value.Split('.') is { Length: 2 } parts => parts[0],
            _ => null,
        };
    }

    /// <summary>What Ref or Fn::GetAtt is within Fn::Sub: <c>${Function.Arn}</c>.</summary>
    public static string Shorthand(TemplateMap reference) => reference["Ref"] is { } name
        ? $"${{{Python27.Print(name)}}}"
        : $"${{{string.Join('.', ((TemplateList)reference["Fn::GetAtt"]!).Select(Python27.Print))}}}";

    /// <summary>Conditions that together say "any of these", at most ten in each; none for fewer than two.</summary>
    public static IEnumerable<KeyValuePair<string, TemplateMap>> AnyOf(IEnumerable<string> conditions, string name)
    {
        const int Most = 10;
        List<string> left = [.. conditions];
        int number = left.Count < 2 ? 0 : (left.Count - 2) / (Most - 1);
        while (left.Count > 1)
        {
            string next = number > 0 ? $"{name}{number--}" : name;
            yield return KeyValuePair.Create(next, Or(left.Take(Most)));
            left = [.. left.Skip(Most), next];
        }
    }

    private static TemplateMap Condition(string name) => new() { ["Condition"] = name };

    /// <summary>Refuses an Fn::If without three arguments.</summary>
    public static TemplateList CheckedIf(TemplateNode? node, Func<string, SamException> fault) => IfArgumentsOf(node) ?? throw fault(IfFault);
}
