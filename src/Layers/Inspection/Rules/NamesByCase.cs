using System.Collections.Immutable;

namespace Lamina.Layers.Inspection.Rules;

/// <summary>Names in one folder that differ only in case.</summary>
internal sealed class NamesByCase : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        Dictionary<string, SeenEntry> first = new(StringComparer.OrdinalIgnoreCase);
        foreach (SeenEntry seen in stack.Seen)
        {
            string path = seen.Path;
            if (first.TryAdd(path, seen))
            {
                continue;
            }

            string other = first[path].Path;
            int name = path.LastIndexOf('/') + 1;
            // Below two such folders every common name would be found again; they are reported once, as folders.
            if (!path.AsSpan(0, name).Equals(other.AsSpan(0, name), StringComparison.Ordinal))
            {
                continue;
            }

            bool acrossLayers = first[path].Tree != seen.Tree;
            ImmutableArray<string> sources = acrossLayers ? [seen.Tree.Source, first[path].Tree.Source] : [seen.Tree.Source];
            yield return new Finding(
                "names-differ-in-case", acrossLayers ? FindingSeverity.Warning : FindingSeverity.Advice, path, sources,
                $"{other[name..]} stands beside it: for Lambda they are two, and neither covers the other; on macOS and Windows they are one. "
                + "Rename one, or write both alike if one should cover the other.");
        }
    }
}
