using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>Reads an archive once from end to end, checks all of it, and gives the list of its files.</summary>
internal static class ArchiveChecker
{
    // Entries are independent, and inflating is all processor: two workers on the archives where it is worth a hand-over.
    private const int Workers = 2;
    private const int BytesWorthTwoWorkers = 256 * 1024;
    private const int EntriesPerStep = 16;

    public static Task<TreeManifest> CheckAsync(ArchiveSource source, CancellationToken cancellationToken) =>
        CheckAsync(source, ArchiveDirectory.Read(source), matcher: null, cancellationToken);

    /// <param name="matcher">Finds entries whose content was checked before: those are not inflated again.</param>
    public static async Task<TreeManifest> CheckAsync(
        ArchiveSource source, ArchiveEntry[] entries, ArchiveMatcher? matcher, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, int> layout = ArchiveLayout.Of(entries);
        CheckedContent content = new(source, entries, matcher);
        int workers = source.Length < BytesWorthTwoWorkers ? 1 : Workers;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => content.ReadSome(cancellationToken), cancellationToken)));
        content.ThrowFirstFault();
        return TreeManifest.Of(layout.Select(path => content.Describe(path.Key, path.Value)));
    }

    private sealed class CheckedContent(ArchiveSource source, ArchiveEntry[] entries, ArchiveMatcher? matcher)
    {
        private readonly InflationBudget _budget = new();
        private readonly Lock _lock = new();
        private readonly Sha256[] _digests = new Sha256[entries.Length];
        private readonly Dictionary<int, string> _targets = [];
        private int _next;
        private AwsError? _fault;
        private int _faultIndex = int.MaxValue;

        /// <summary>Takes entries until none is left or one is bad. Entries that a later one replaces are read too: they count as bytes.</summary>
        public void ReadSome(CancellationToken cancellationToken)
        {
            using EntryReader reader = new(source, _budget);
            byte[] scratch = matcher is null ? [] : new byte[ArchiveMatcher.ScratchBytes];
            while (Volatile.Read(ref _fault) is null)
            {
                int from = Interlocked.Add(ref _next, EntriesPerStep) - EntriesPerStep;
                if (from >= entries.Length)
                {
                    return;
                }

                cancellationToken.ThrowIfCancellationRequested();
                for (int i = from; i < Math.Min(from + EntriesPerStep, entries.Length); i++)
                {
                    TryRead(reader, i, scratch);
                }
            }
        }

        /// <summary>Of several faults the first in the archive, so that the same archive is always refused with the same words.</summary>
        public void ThrowFirstFault()
        {
            if (_fault is not null)
            {
                throw _fault;
            }
        }

        public TreeEntry Describe(string path, int index)
        {
            if (index == ArchiveLayout.Implicit)
            {
                return new TreeEntry(path, OptEntryKind.Directory, ArchiveModes.DefaultFolder, 0, default, null);
            }

            ArchiveEntry entry = entries[index];
            return entry.Kind switch
            {
                OptEntryKind.File => new TreeEntry(path, entry.Kind, entry.Mode, entry.SizeBytes, _digests[index], null),
                OptEntryKind.Symlink => new TreeEntry(path, entry.Kind, entry.Mode, entry.SizeBytes, default, _targets[index]),
                _ => new TreeEntry(path, entry.Kind, entry.Mode, 0, default, null),
            };
        }

        private void TryRead(EntryReader reader, int index, byte[] scratch)
        {
            try
            {
                Sha256? known = matcher?.TryMatch(index, scratch);
                if (known is { } digest)
                {
                    _budget.Spend(entries[index].SizeBytes);
                    _digests[index] = digest;
                }
                else if (entries[index].Kind == OptEntryKind.Symlink)
                {
                    string target = reader.ReadLinkTarget(entries[index]);
                    lock (_lock)
                    {
                        _targets.Add(index, target);
                    }
                }
                else
                {
                    _digests[index] = reader.Read(entries[index], destination: null);
                }
            }
            catch (AwsError fault)
            {
                lock (_lock)
                {
                    if (index < _faultIndex)
                    {
                        _faultIndex = index;
                        Volatile.Write(ref _fault, fault);
                    }
                }
            }
        }
    }
}
