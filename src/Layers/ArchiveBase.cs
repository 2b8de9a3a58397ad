using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>A stored archive that a new one is compared with.</summary>
internal sealed class ArchiveBase : IDisposable
{
    private readonly Dictionary<string, int> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<(uint Crc, long SizeBytes, long CompressedBytes), int> _byContent = [];

    /// <param name="reader">Disposed with this.</param>
    /// <param name="manifest">Of the archive; without it contents are shared all the same, only their digests are computed again.</param>
    public ArchiveBase(ArchiveReader reader, TreeManifest? manifest)
    {
        Reader = reader;
        Entries = ArchiveDirectory.Read(reader);
        Ends = EndsOf(Entries);
        Digests = new Sha256?[Entries.Length];
        for (int i = 0; i < Entries.Length; i++)
        {
            _byPath[Entries[i].Path] = i;
            _byContent[ContentOf(Entries[i])] = i;
        }

        if (manifest is not null)
        {
            Learn(manifest);
        }
    }

    public ArchiveReader Reader { get; }

    public ArchiveEntry[] Entries { get; }

    /// <summary>For each entry, where what belongs to it ends: where the next one's header starts.</summary>
    public long[] Ends { get; }

    /// <summary>For each entry that makes a file of the tree, the digest of its content.</summary>
    public Sha256?[] Digests { get; }

    /// <summary>The entries that may have the content of this one, the likeliest first.</summary>
    public IEnumerable<int> CandidatesFor(ArchiveEntry entry)
    {
        int byPath = _byPath.GetValueOrDefault(entry.Path, -1);
        if (byPath >= 0 && ContentOf(Entries[byPath]) == ContentOf(entry))
        {
            yield return byPath;
        }

        if (_byContent.TryGetValue(ContentOf(entry), out int byContent) && byContent != byPath)
        {
            yield return byContent;
        }
    }

    /// <summary>The entry of the same path, or -1.</summary>
    public int Find(string path) => _byPath.GetValueOrDefault(path, -1);

    public void Dispose() => Reader.Dispose();

    /// <summary>Where each entry's stretch of the archive ends; the last one's at the central directory.</summary>
    public static long[] EndsOf(ArchiveEntry[] entries)
    {
        int[] order = ByOffset(entries);
        long[] ends = new long[entries.Length];
        for (int i = 0; i < order.Length; i++)
        {
            ends[order[i]] = i + 1 < order.Length ? entries[order[i + 1]].HeaderOffset : entries[0].RecordOffset;
        }

        return ends;
    }

    public static int[] ByOffset(ArchiveEntry[] entries)
    {
        int[] order = [.. Enumerable.Range(0, entries.Length)];
        long[] offsets = [.. entries.Select(static entry => entry.HeaderOffset)];
        Array.Sort(offsets, order);
        return order;
    }

    private static (uint Crc, long SizeBytes, long CompressedBytes) ContentOf(ArchiveEntry entry) =>
        (entry.Crc, entry.SizeBytes, entry.CompressedBytes);

    private void Learn(TreeManifest manifest)
    {
        IReadOnlyDictionary<string, int> layout = ArchiveLayout.Of(Entries);
        foreach (TreeEntry file in manifest.Entries)
        {
            if (file.Kind == OptEntryKind.File && layout.TryGetValue(file.Path, out int index) && index != ArchiveLayout.Implicit)
            {
                Digests[index] = file.Digest;
            }
        }
    }
}
