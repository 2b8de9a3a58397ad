using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;
using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>Looks at a stack's template with the values that its parameters and resources have.</summary>
/// <param name="findStored">Looks into the Parameter Store; null where there is nothing.</param>
internal sealed class StackEvaluation(ICatalog catalog, Func<Caller, string, string?> findStored)
{
    public string? FindStored(Caller caller, string name) => findStored(caller, name);

    /// <summary>The processed template of a definition, and what evaluates it.</summary>
    public OpenTemplate Open(StackDocument stack, StackDefinition definition) => Open(stack, definition, name => FindResource(stack, name));

    public OpenTemplate Open(StackDocument stack, StackDefinition definition, Func<string, ResourceValues?> findResource)
    {
        StackTemplate template = StackTemplate.Of(PropertiesJson.ReadMap(definition.Processed));
        Evaluator evaluator = new(template, new EvaluationScope
        {
            Values = StackParameters.Values(template, definition.Parameters, stack.Identity, definition.NotificationArns),
            Region = stack.Region,
            FindResource = findResource,
            FindExport = name => FindExport(catalog.Current, stack, name)?.Value,
            FindStoredParameter = name => findStored(stack.Caller, name),
        });
        return new OpenTemplate(template, evaluator, ResourceGraph.Of(template, evaluator.Conditions));
    }

    public ResourceValues? FindResource(StackDocument stack, string logicalId) =>
        StackDocuments.FindResource(catalog.Current, stack, logicalId)?.Current is { } current ? ValuesOf(current) : null;

    public static ResourceValues ValuesOf(PhysicalResource resource)
    {
        TemplateMap attributes = PropertiesJson.ReadMap(resource.Attributes);
        return new ResourceValues(resource.Type, resource.PhysicalId, name => AttributeOf(attributes, name));
    }

    /// <summary>What another stack of the account and region exports.</summary>
    public static StackOutput? FindExport(CatalogSnapshot snapshot, StackDocument asking, string name) =>
        StackDocuments.Of(snapshot, asking.Identity.Account, asking.Region)
            .Where(stack => stack.Id != asking.Id && stack.Status != StackStatus.DeleteComplete)
            .SelectMany(static stack => stack.Outputs).FirstOrDefault(output => output.ExportName == name);

    /// <summary>An attribute may be a map itself, of which a dotted name takes one value: <c>Outputs.Url</c>.</summary>
    private static TemplateNode? AttributeOf(TemplateMap attributes, string name)
    {
        if (attributes[name] is { } whole)
        {
            return whole;
        }

        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && attributes[name[..dot]] is TemplateMap inner ? AttributeOf(inner, name[(dot + 1)..]) : null;
    }
}

internal sealed record OpenTemplate(StackTemplate Template, Evaluator Evaluator, ResourceGraph Graph);
