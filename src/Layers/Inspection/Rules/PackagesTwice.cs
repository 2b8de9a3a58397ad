using System.Collections.Immutable;

namespace Lamina.Layers.Inspection.Rules;

/// <summary>One Python distribution or Node.js package in several versions, in folders that the runtime looks at.</summary>
internal sealed class PackagesTwice : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        IEnumerable<IGrouping<(PackageKind Kind, string Name), (InspectedTree Tree, PackageFact Package)>> byName = stack.Trees
            .SelectMany(static tree => tree.Facts.Packages.Select(package => (Tree: tree, Package: package)))
            .Where(found => LookUpFolders.IsSeen(found.Package, found.Tree.IsCode, stack.Runtimes) && IsThere(stack, found.Tree, found.Package))
            .GroupBy(static found => (found.Package.Kind, found.Package.Name));
        foreach (var package in byName)
        {
            // Code is last and found first; among layers the last covers the others.
            (InspectedTree Tree, PackageFact Package)[] found = [.. package.Reverse()];
            if (found.Select(static one => one.Package.Version).Distinct(StringComparer.Ordinal).Skip(1).Any())
            {
                ImmutableArray<string> sources = [.. found.Select(static one => one.Tree.Source).Distinct(StringComparer.Ordinal)];
                string versions = string.Join(", ", found.Select(static one => $"{one.Package.Version} in {one.Tree.Root}{one.Package.Folder} of {one.Tree.Source}"));
                yield return new Finding(
                    "package-in-two-versions", FindingSeverity.Warning, found[0].Tree.Root + found[0].Package.Path, sources,
                    $"{package.Key.Name} is there in different versions: {versions}. The function gets one of them, or, where folders merge, "
                    + "a mixture of their files. Keep one.");
            }
        }
    }

    /// <summary>Its folder is still one after the merge: nothing later stands in its place.</summary>
    private static bool IsThere(InspectedStack stack, InspectedTree tree, PackageFact package) =>
        tree.IsCode || stack.Opt.Find(package.Path)?.Layers.Any(layer => stack.Trees[layer.Source] == tree) == true;
}
