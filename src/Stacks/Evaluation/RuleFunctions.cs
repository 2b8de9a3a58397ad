using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>The rules of a template, and the functions that only they know.</summary>
internal static class RuleFunctions
{
    /// <summary>Throws CloudFormation's ValidationError for the first assertion that does not hold.</summary>
    public static void Check(StackTemplate template, Evaluator evaluator)
    {
        foreach ((TemplateKey name, TemplateNode node) in template.Rules.Entries)
        {
            TemplateMap rule = node as TemplateMap ?? throw StackErrors.Format($"Every Rules member must be an object: [{name}].");
            if (rule["RuleCondition"] is { } condition && !evaluator.Conditions.Evaluate(condition))
            {
                continue;
            }

            foreach (TemplateMap assertion in (rule["Assertions"] as TemplateList ?? []).OfType<TemplateMap>())
            {
                if (assertion["Assert"] is { } assert && !evaluator.Conditions.Evaluate(assert))
                {
                    throw StackErrors.Validation(
                        $"Template rule {name} failed: {Scalars.TextOf(assertion["AssertDescription"]) ?? "an assertion does not hold"}");
                }
            }
        }
    }

    public static bool Evaluate(TemplateNode node, Evaluator evaluator, StackTemplate template, Func<TemplateNode, bool> evaluate) => node switch
    {
        TemplateMap { Count: 1, FirstName: "Fn::Contains", FirstValue: TemplateList { Count: 2 } arguments } =>
            Texts(arguments[0], evaluator, template).Contains(evaluator.Text("Fn::Contains", arguments[1]), StringComparer.Ordinal),
        TemplateMap { Count: 1, FirstName: "Fn::EachMemberEquals", FirstValue: TemplateList { Count: 2 } arguments } =>
            Texts(arguments[0], evaluator, template).All(item => item == evaluator.Text("Fn::EachMemberEquals", arguments[1])),
        TemplateMap { Count: 1, FirstName: "Fn::EachMemberIn", FirstValue: TemplateList { Count: 2 } arguments } =>
            Texts(arguments[0], evaluator, template).All(Texts(arguments[1], evaluator, template).ToHashSet(StringComparer.Ordinal).Contains),
        TemplateMap { Count: 1, FirstName: "Fn::If", FirstValue: TemplateList { Count: 3 } arguments } =>
            evaluate(arguments[evaluator.Conditions.IsTrue(Scalars.TextOf(arguments[0]) ?? "") ? 1 : 2]),
        _ => Scalars.IsTrue(evaluator.Evaluate(node)),
    };

    private static string[] Texts(TemplateNode node, Evaluator evaluator, StackTemplate template) => node switch
    {
        TemplateMap { Count: 1, FirstName: "Fn::RefAll", FirstValue: TemplateText type } =>
            [.. template.Parameters.Where(parameter => parameter.Type == type.Value).SelectMany(parameter => TextsOf(evaluator.FindParameter(parameter.Name)))],
        _ => TextsOf(evaluator.Evaluate(node)),
    };

    private static string[] TextsOf(TemplateNode? node) =>
        node is TemplateList list ? [.. list.Select(Scalars.TextOf).OfType<string>()] : Scalars.TextOf(node) is { } text ? [text] : [];
}
