using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>Which resource needs which: by Ref, Fn::GetAtt, Fn::Sub and DependsOn. Of the resources whose condition is true.</summary>
internal sealed class ResourceGraph
{
    private readonly Dictionary<string, IReadOnlyList<string>> _needs = new(StringComparer.Ordinal);

    private ResourceGraph()
    {
    }

    /// <summary>In an order in which each stands behind all that it needs.</summary>
    public IReadOnlyList<string> Order { get; private set; } = [];

    public IReadOnlyList<string> NeedsOf(string logicalId) => _needs[logicalId];

    /// <summary>Throws CloudFormation's ValidationError for a circle, and for what is referred to and not there.</summary>
    public static ResourceGraph Of(StackTemplate template, ConditionTable conditions)
    {
        CheckReferences(template);
        foreach (string name in template.Conditions.Names)
        {
            _ = conditions.IsTrue(name);
        }

        return Make(template, conditions.Includes, name => conditions.IsTrue(name));
    }

    /// <summary>As if every condition could be true and false: for a template whose parameters have no values yet.</summary>
    public static void Check(StackTemplate template)
    {
        CheckReferences(template);
        _ = Make(template, static _ => true, static _ => null);
    }

    private static ResourceGraph Make(StackTemplate template, Func<string?, bool> includes, Func<string, bool?> chooses)
    {
        ResourceGraph graph = new();
        foreach (TemplateResource resource in template.Resources.Values.Where(resource => includes(resource.Condition)))
        {
            graph._needs[resource.LogicalId] =
            [
                .. Reference.In(resource.Properties, chooses).Select(static reference => reference.Name).Concat(resource.DependsOn)
                    .Where(name => template.Resources.TryGetValue(name, out TemplateResource? named) && includes(named.Condition))
                    .Distinct(StringComparer.Ordinal),
            ];
        }

        graph.Order = graph.Sort();
        return graph;
    }

    private static void CheckReferences(StackTemplate template)
    {
        HashSet<string> parameters = [.. template.Parameters.Select(static parameter => parameter.Name)];
        foreach (TemplateResource resource in template.Resources.Values)
        {
            if (resource.Condition is { } condition && !template.Conditions.Has(condition))
            {
                throw StackErrors.Format($"Unresolved condition dependency {condition} in the Resources block of the template");
            }
        }

        Require(
            template.Resources.Values.SelectMany(resource => Reference.In(resource.Properties, static _ => null)
                .Concat(resource.DependsOn.Select(static name => new Reference(name, "")))),
            template,
            parameters,
            "Resources");
        Require(template.Outputs.Entries.SelectMany(static output => Reference.In(output.Value, static _ => null)), template, parameters, "Outputs");
        foreach (TemplateNode condition in template.Conditions.Entries.Select(static entry => entry.Value))
        {
            string[] wrong =
                [.. Reference.In(condition, static _ => null).Where(reference => !IsValue(reference, parameters)).Select(static reference => reference.Name)];
            if (wrong.Length > 0)
            {
                throw StackErrors.Format($"Unresolved dependencies [{wrong[0]}]. Cannot reference resources in the Conditions block of the template");
            }
        }
    }

    private static bool IsValue(Reference reference, HashSet<string> parameters) => reference.Attribute is null
        && (parameters.Contains(reference.Name) || reference.Name.StartsWith("AWS::", StringComparison.Ordinal));

    private static void Require(IEnumerable<Reference> references, StackTemplate template, HashSet<string> parameters, string block)
    {
        Reference[] all = [.. references];
        string[] missing =
        [
            .. all.Where(reference => !IsValue(reference, parameters) && !template.Resources.ContainsKey(reference.Name))
                .Select(static reference => reference.Name).Distinct(StringComparer.Ordinal),
        ];
        if (missing.Length > 0)
        {
            throw StackErrors.Format($"Unresolved resource dependencies [{string.Join(", ", missing)}] in the {block} block of the template");
        }
    }

    /// <summary>Takes away what needs nothing that is left, again and again; what cannot be taken away is a circle.</summary>
    private List<string> Sort()
    {
        List<string> order = [];
        HashSet<string> done = [];
        List<string> left = [.. _needs.Keys];
        while (left.Count > 0)
        {
            List<string> ready = [.. left.Where(name => _needs[name].All(done.Contains))];
            if (ready.Count == 0)
            {
                throw StackErrors.Validation($"Circular dependency between resources: [{string.Join(", ", InCircles(left).Order(StringComparer.Ordinal))}]");
            }

            order.AddRange(ready);
            done.UnionWith(ready);
            left.RemoveAll(done.Contains);
        }

        return order;
    }

    /// <summary>Without those that only need a circle: AWS names those that are in one.</summary>
    private List<string> InCircles(List<string> stuck)
    {
        List<string> left = [.. stuck];
        while (left.RemoveAll(name => !left.Any(other => _needs[other].Contains(name, StringComparer.Ordinal))) > 0)
        {
        }

        return left;
    }
}
