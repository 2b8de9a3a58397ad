using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>The conditions of a template, each evaluated once, when it is first asked for.</summary>
internal sealed class ConditionTable(StackTemplate template, Evaluator evaluator)
{
    private readonly Dictionary<string, bool?> _known = new(StringComparer.Ordinal);

    /// <exception cref="Contract.AwsError">There is no such condition, or it asks for itself: ValidationError.</exception>
    public bool IsTrue(string name)
    {
        if (_known.TryGetValue(name, out bool? known))
        {
            return known ?? throw StackErrors.Format($"Circular dependency between conditions: [{name}]");
        }

        TemplateNode condition = template.Conditions[name]
            ?? throw StackErrors.Format($"Unresolved condition dependency {name} in the Conditions block of the template");
        _known[name] = null;
        bool value = Evaluate(condition);
        _known[name] = value;
        return value;
    }

    /// <summary>Whether a resource or an output is there: it has no condition, or one that is true.</summary>
    public bool Includes(string? condition) => condition is null || IsTrue(condition);

    public bool Evaluate(TemplateNode node) => node switch
    {
        TemplateMap { Count: 1, FirstName: "Fn::And", FirstValue: TemplateList all } => Operands("Fn::And", all, 2).All(Evaluate),
        TemplateMap { Count: 1, FirstName: "Fn::Or", FirstValue: TemplateList any } => Operands("Fn::Or", any, 2).Any(Evaluate),
        TemplateMap { Count: 1, FirstName: "Fn::Not", FirstValue: TemplateList { Count: 1 } not } => !Evaluate(not[0]),
        TemplateMap { Count: 1, FirstName: "Fn::Equals", FirstValue: TemplateList { Count: 2 } pair } =>
            Scalars.Same(evaluator.Evaluate(pair[0]), evaluator.Evaluate(pair[1])),
        TemplateMap { Count: 1, FirstName: "Condition", FirstValue: TemplateText name } => IsTrue(name.Value),
        TemplateMap { Count: 1 } map when map.FirstName is "Fn::And" or "Fn::Or" or "Fn::Not" or "Fn::Equals" =>
            throw StackErrors.Template($"every {map.FirstName} object has the wrong number of arguments."),
        _ => RuleFunctions.Evaluate(node, evaluator, template, Evaluate),
    };

    private static TemplateList Operands(string function, TemplateList list, int least) =>
        list.Count >= least && list.Count <= 10 ? list : throw StackErrors.Template($"every {function} object requires a list of at least {least} and at most 10 boolean parameters.");
}
