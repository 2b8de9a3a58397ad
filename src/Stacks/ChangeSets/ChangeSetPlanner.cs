using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Templates;
using Lamina.Store;

namespace Lamina.Stacks.ChangeSets;

/// <summary>
/// Says what a change set would do, without doing anything: the new template is evaluated with what is there; what will be made or
/// replaced only then stands as a placeholder.
/// </summary>
internal sealed class ChangeSetPlanner(ICatalog catalog, StackEvaluation evaluation, ResourceTypes types)
{
    private const string LaterKnown = "{{changeSet:KNOWN_AFTER_APPLY}}";

    public IReadOnlyList<ResourceChange> Plan(StackDocument stack, StackDefinition definition)
    {
        Dictionary<string, ResourceDocument> existing = StackDocuments.ResourcesOf(catalog.Current, stack)
            .Where(static document => document.Current is not null).ToDictionary(static document => document.LogicalId, StringComparer.Ordinal);
        HashSet<string> made = new(StringComparer.Ordinal);
        OpenTemplate open = evaluation.Open(
            stack,
            definition,
            name => existing.TryGetValue(name, out ResourceDocument? document) && !made.Contains(name)
                ? StackEvaluation.ValuesOf(document.Current!)
                : new ResourceValues("", LaterKnown, static _ => LaterKnown));
        List<ResourceChange> changes = [];
        foreach (string id in open.Graph.Order)
        {
            if (!existing.TryGetValue(id, out ResourceDocument? document))
            {
                made.Add(id);
                changes.Add(new ResourceChange("Add", id, null, open.Template.Resources[id].Type, null, [], []));
            }
            else if (ChangeOf(open, open.Template.Resources[id], document, made) is { } change)
            {
                changes.Add(change);
                if (change.Replacement == "True")
                {
                    made.Add(id);
                }
            }
        }

        changes.AddRange(existing.Values.Where(document => !open.Graph.Order.Contains(document.LogicalId, StringComparer.Ordinal))
            .Select(static document => new ResourceChange("Remove", document.LogicalId, document.PhysicalId, document.Type, null, [], [])));
        return changes;
    }

    private ResourceChange? ChangeOf(OpenTemplate open, TemplateResource resource, ResourceDocument document, HashSet<string> made)
    {
        TemplateMap former = PropertiesJson.ReadMap(document.Current!.Properties);
        TemplateMap latter = open.Evaluator.EvaluateMap(resource.Properties);
        IResourceType type = types.Require(resource.Type);
        PropertyChange[] details =
            [.. ResourceDeployment.ChangedIn(former, latter).Select(name => DetailOf(name, resource.Properties[name], latter[name], type, made))];
        if (details.Length == 0)
        {
            return null;
        }

        string replacement = details.Any(static detail => detail.Recreation == "Always") ? "True"
            : details.Any(static detail => detail.Recreation == "Conditionally") ? "Conditional" : "False";
        return new ResourceChange("Modify", resource.LogicalId, document.PhysicalId, resource.Type, replacement, ["Properties"], details);
    }

    private static PropertyChange DetailOf(string name, TemplateNode? written, TemplateNode? value, IResourceType type, HashSet<string> made)
    {
        Reference[] references = [.. Reference.In(written, static _ => null)];
        bool isLater = value is not null && PropertiesJson.Write(value).Contains(LaterKnown, StringComparison.Ordinal);
        string recreation = !type.Shape.Replaces(name) ? "Never" : isLater ? "Conditionally" : "Always";
        string? cause = references.Select(static reference => reference.Name).FirstOrDefault(made.Contains);
        return new PropertyChange(name, recreation, isLater ? "Dynamic" : "Static", cause);
    }
}
