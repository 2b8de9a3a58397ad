namespace Lamina.Layers.Inspection.Rules;

/// <summary>Compiled caches and tests of packages: files that no function needs. One finding per layer and kind of cache, one per folder of tests.</summary>
internal sealed class DeadWeight : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        foreach (InspectedTree tree in stack.Trees)
        {
            SeenEntry[] caches = [.. FilesIn(tree).Where(static file => file.Entry.Path.EndsWith(".pyc", StringComparison.Ordinal)
                && IsBelow(file.Entry.Path, static name => name is "__pycache__"))];
            if (caches.Length > 0)
            {
                string first = caches[0].Path[..caches[0].Path.LastIndexOf('/')];
                yield return new Finding(
                    "compiled-cache", FindingSeverity.Advice, first, [tree.Source],
                    $"{caches.Length} files of compiled Python in this and other __pycache__ folders, {caches.Sum(static file => file.Entry.SizeBytes)} bytes. "
                    + "Python uses them only for its own version and for sources of the same time. Leave them out, or compile with --invalidation-mode unchecked-hash.");
            }

            foreach (IGrouping<string, SeenEntry> tests in FilesIn(tree).Where(static file => TestFolder(file.Entry.Path) is not null)
                .GroupBy(static file => TestFolder(file.Entry.Path)!, StringComparer.Ordinal))
            {
                yield return new Finding(
                    "tests", FindingSeverity.Advice, tree.Root + tests.Key, [tree.Source],
                    $"Tests of a package: {tests.Count()} files, {tests.Sum(static file => file.Entry.SizeBytes)} bytes that no function needs. Leave them out.");
            }
        }
    }

    private static IEnumerable<SeenEntry> FilesIn(InspectedTree tree) =>
        tree.Manifest.Entries.Where(static entry => entry.Kind == OptEntryKind.File).Select(entry => new SeenEntry(tree, entry));

    private static bool IsBelow(string path, Predicate<string> folder) => path.Split('/').SkipLast(1).Any(name => folder(name));

    /// <summary>The outermost folder of tests inside a package, not the package's or the layer's own top.</summary>
    private static string? TestFolder(string path)
    {
        int packages = Math.Max(PackagesEnd(path, "site-packages/"), Math.Max(PackagesEnd(path, "node_modules/"), path.StartsWith("python/", StringComparison.Ordinal) ? 7 : 0));
        int at = packages == 0 ? -1 : path.IndexOf('/', packages);
        while (at >= 0)
        {
            int end = path.IndexOf('/', at + 1);
            if (end >= 0 && path[(at + 1)..end] is ("tests" or "test" or "__tests__"))
            {
                return path[..end];
            }

            at = end;
        }

        return null;
    }

    private static int PackagesEnd(string path, string folder)
    {
        int at = path.IndexOf(folder, StringComparison.Ordinal);
        return at < 0 ? 0 : at + folder.Length;
    }
}
