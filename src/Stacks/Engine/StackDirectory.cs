using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>What stacks there are; reading only, from the catalog's snapshot.</summary>
public sealed class StackDirectory(ICatalog catalog)
{
    /// <summary>A living stack by its name, any by its ARN. Throws ValidationError.</summary>
    public StackDocument Get(Caller caller, string nameOrId) =>
        StackDocuments.Find(catalog.Current, caller.Account, caller.Region, nameOrId) ?? throw StackErrors.NoStack(nameOrId);

    /// <summary>Newest first.</summary>
    public IEnumerable<StackDocument> List(Caller caller) =>
        StackDocuments.Of(catalog.Current, caller.Account, caller.Region).OrderByDescending(static stack => stack.Created);

    /// <summary>Newest first.</summary>
    public IEnumerable<StackEvent> Events(StackDocument stack) => StackDocuments.EventsOf(catalog.Current, stack).Reverse();

    /// <summary>In the order of their logical ids, deleted ones as well.</summary>
    public IEnumerable<ResourceDocument> Resources(StackDocument stack) => StackDocuments.ResourcesOf(catalog.Current, stack);

    /// <summary>The stack that a resource is in, by the resource's physical id.</summary>
    public StackDocument OwnerOf(Caller caller, string physicalId) =>
        List(caller).FirstOrDefault(stack => Resources(stack).Any(resource => resource.PhysicalId == physicalId))
            ?? throw StackErrors.Validation($"Stack for {physicalId} does not exist");

    public ResourceDocument Resource(StackDocument stack, string logicalId) =>
        StackDocuments.FindResource(catalog.Current, stack, logicalId)
            ?? throw StackErrors.Validation($"Resource {logicalId} does not exist for stack {stack.Name}");

    /// <summary>In the order of their names.</summary>
    public IEnumerable<(StackDocument Stack, StackOutput Output)> Exports(Caller caller) => List(caller)
        .Where(static stack => stack.Status != StackStatus.DeleteComplete)
        .SelectMany(static stack => stack.Outputs.Where(static output => output.ExportName is not null).Select(output => (stack, output)))
        .OrderBy(static export => export.output.ExportName, StringComparer.Ordinal);

    /// <summary>Names of stacks. Throws ValidationError where nobody imports it, as AWS does.</summary>
    public IReadOnlyList<string> Imports(Caller caller, string exportName)
    {
        string[] users = [.. List(caller).Where(stack => stack.Imports.Contains(exportName, StringComparer.Ordinal)).Select(static stack => stack.Name)];
        return users.Length > 0 ? users : throw StackErrors.Validation($"Export '{exportName}' is not imported by any stack.");
    }
}
