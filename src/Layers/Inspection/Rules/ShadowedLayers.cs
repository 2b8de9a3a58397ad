namespace Lamina.Layers.Inspection.Rules;

/// <summary>A layer none of whose files is seen.</summary>
internal sealed class ShadowedLayers : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        HashSet<int> seen = [.. stack.Opt.Seen.Where(static node => node.Entry.Kind != OptEntryKind.Directory).Select(static node => node.Source)];
        for (int i = 0; i < stack.Trees.Length; i++)
        {
            InspectedTree layer = stack.Trees[i];
            if (!layer.IsCode && !seen.Contains(i) && layer.Manifest.Entries.Any(static entry => entry.Kind != OptEntryKind.Directory))
            {
                yield return new Finding(
                    "layer-all-shadowed", FindingSeverity.Warning, "/opt", [layer.Source],
                    $"Later layers cover every file of {layer.Source}: it only counts against the size. Remove it from the function, or change the order.");
            }
        }
    }
}
