using System.Collections.Immutable;

namespace Lamina.Layers.Inspection;

/// <summary>One path of one of the two layers compared.</summary>
public sealed record DifferenceSide(OptEntryKind Kind, long SizeBytes, int Mode, string? LinkTarget);

/// <param name="From">Null when it was added.</param>
/// <param name="To">Null when it was removed.</param>
public sealed record PathDifference(string Path, DifferenceSide? From, DifferenceSide? To)
{
    public long GrowthBytes => (To?.SizeBytes ?? 0) - (From?.SizeBytes ?? 0);
}

/// <summary>What changes from one layer to another, the largest change of size first.</summary>
public sealed record LayerDifference(ImmutableArray<PathDifference> Paths, int UnchangedFiles, long FromBytes, long ToBytes)
{
    internal static LayerDifference Of(TreeManifest from, TreeManifest to)
    {
        Dictionary<string, TreeEntry> left = from.Entries.ToDictionary(static entry => entry.Path, StringComparer.Ordinal);
        List<PathDifference> paths = [];
        int unchanged = 0;
        foreach (TreeEntry entry in to.Entries)
        {
            if (!left.Remove(entry.Path, out TreeEntry? before))
            {
                paths.Add(new PathDifference("/opt/" + entry.Path, null, Side(entry)));
            }
            else if (before != entry)
            {
                paths.Add(new PathDifference("/opt/" + entry.Path, Side(before), Side(entry)));
            }
            else if (entry.Kind != OptEntryKind.Directory)
            {
                unchanged++;
            }
        }

        paths.AddRange(left.Values.Select(static entry => new PathDifference("/opt/" + entry.Path, Side(entry), null)));
        IEnumerable<PathDifference> largestFirst = paths
            .OrderByDescending(static path => Math.Abs(path.GrowthBytes)).ThenBy(static path => path.Path, StringComparer.Ordinal);
        return new LayerDifference([.. largestFirst], unchanged, from.UnzippedBytes, to.UnzippedBytes);
    }

    private static DifferenceSide Side(TreeEntry entry) => new(entry.Kind, entry.SizeBytes, entry.Mode, entry.LinkTarget);
}
