using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Transforms;

/// <summary>
/// AWS::LanguageExtensions: <c>Fn::ForEach::NAME: [identifier, collection, {key: value}]</c> gives its key and value once for each item.
/// Fn::Length, Fn::ToJsonString and defaults of Fn::FindInMap are left to the evaluation.
/// </summary>
internal sealed class LoopExpansion
{
    private const string Loop = "Fn::ForEach::";
    private static readonly string[] Policies = ["DeletionPolicy", "UpdateReplacePolicy"];

    private readonly Evaluator _evaluator;

    private LoopExpansion(Evaluator evaluator) => _evaluator = evaluator;

    public static TemplateMap Expand(TemplateMap root, IReadOnlyList<StackParameter> parameters)
    {
        TemplateMap bare = [];
        foreach (string section in new[] { "Parameters", "Mappings" })
        {
            bare[section] = root[section] ?? new TemplateMap();
        }

        bare["Resources"] = new TemplateMap { ["None"] = new TemplateMap { ["Type"] = "AWS::CloudFormation::WaitConditionHandle" } };
        StackTemplate template = StackTemplate.Of(bare);
        Evaluator evaluator = new(template, new EvaluationScope
        {
            Values = parameters.Where(parameter => template.FindParameter(parameter.Key) is not null).ToDictionary(
                static parameter => parameter.Key,
                parameter => template.FindParameter(parameter.Key)!.ValueOf(parameter.Resolved ?? parameter.Value),
                StringComparer.Ordinal),
            Region = "",
            FindResource = static _ => null,
            FindExport = static _ => null,
            FindStoredParameter = static _ => null,
        });
        TemplateMap expanded = (TemplateMap)new LoopExpansion(evaluator).Expanded(root);
        foreach (TemplateMap resource in (expanded["Resources"] as TemplateMap ?? []).Entries.Select(static entry => entry.Value).OfType<TemplateMap>())
        {
            foreach (string policy in Policies.Where(policy => resource[policy] is TemplateMap))
            {
                resource[policy] = evaluator.Evaluate(resource[policy]);
            }
        }

        return expanded;
    }

    private TemplateNode Expanded(TemplateNode node)
    {
        switch (node)
        {
            case TemplateMap map:
                TemplateMap result = new() { Position = map.Position };
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    if (key.Name.StartsWith(Loop, StringComparison.Ordinal))
                    {
                        Unroll(key.Name, value, result);
                    }
                    else
                    {
                        result.Set(key, Expanded(value));
                    }
                }

                return result;
            case TemplateList list:
                return new TemplateList(list.Select(Expanded)) { Position = list.Position };
            default:
                return node;
        }
    }

    private void Unroll(string name, TemplateNode arguments, TemplateMap into)
    {
        if (arguments is not TemplateList { Count: 3 } list || Scalars.TextOf(list[0]) is not { } identifier || list[2] is not TemplateMap body)
        {
            throw StackErrors.Validation($"Transform AWS::LanguageExtensions failed with: {name} layout is incorrect");
        }

        TemplateList items = _evaluator.Evaluate(list[1]) as TemplateList
            ?? throw StackErrors.Validation($"Transform AWS::LanguageExtensions failed with: {name} needs a list to go over");
        foreach (string item in items.Select(Scalars.TextOf).OfType<string>())
        {
            into.Merge((TemplateMap)Expanded(Replaced(body.Copy(), identifier, item)));
        }
    }

    private static TemplateNode Replaced(TemplateNode node, string identifier, string item)
    {
        switch (node)
        {
            case TemplateMap { Count: 1, FirstName: "Ref", FirstValue: TemplateText name } when name.Value == identifier:
                return new TemplateText(item);
            case TemplateMap map:
                TemplateMap result = new() { Position = map.Position };
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    result.Set(Replaced(key.Name, identifier, item), Replaced(value, identifier, item));
                }

                return result;
            case TemplateList list:
                return new TemplateList(list.Select(part => Replaced(part, identifier, item))) { Position = list.Position };
            case TemplateText text:
                return new TemplateText(Replaced(text.Value, identifier, item)) { Position = text.Position };
            default:
                return node;
        }
    }

    /// <summary><c>&amp;{Identifier}</c> leaves out what logical ids cannot have.</summary>
    private static string Replaced(string text, string identifier, string item) => text
        .Replace($"${{{identifier}}}", item, StringComparison.Ordinal)
        .Replace($"&{{{identifier}}}", string.Concat(item.Where(char.IsAsciiLetterOrDigit)), StringComparison.Ordinal);
}
