using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>One collection; the numbers are those of <see cref="StorageCollector"/>'s story.</summary>
internal sealed class Collection
{
    private readonly StorageParts _parts;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<Sha256, ArchiveRecipe> _living = [];

    private Collection(StorageParts parts, CancellationToken cancellation)
    {
        _parts = parts;
        _cancellation = cancellation;
    }

    /// <param name="act">False to say only what would go.</param>
    public static CollectionOutcome Run(StorageParts parts, bool act, CancellationToken cancellationToken)
    {
        Collection collection = new(parts, cancellationToken);
        if (!act)
        {
            return collection.Foresee();
        }

        using (parts.Archives.Leases.BeginCollection())
        using (parts.Blobs.Leases.BeginCollection())
        {
            return collection.Run();
        }
    }

    private CollectionOutcome Run()
    {
        (int trees, int manifests, long fileBytes) = new TreeCollection(_parts, _cancellation).GiveUp(); // 2
        IReadOnlyList<Sha256> dead = FindDead(); // 1, 3
        Move(dead);
        HashSet<Sha256> needed = Needed();
        Dictionary<Sha256, long> sizes = dead.ToDictionary(static archive => archive, _parts.Archives.FileBytes);
        Sha256[] deleted = [.. dead.Where(archive => !needed.Contains(archive) && _parts.Archives.Leases.TryDelete(archive, _parts.Archives.Delete))]; // 4
        if (deleted.Length > 0)
        {
            _parts.Archives.Sketches.Remove(deleted);
        }

        _parts.Trees.EmptyTrash(_cancellation);
        fileBytes += _parts.Trees.Files.RemoveAllUnused(_cancellation); // 5
        Dictionary<Sha256, long> blobs = FindDeadBlobs(); // 6
        Sha256[] deletedBlobs = [.. blobs.Keys.Where(blob => _parts.Blobs.Leases.TryDelete(blob, _parts.Blobs.Delete))];
        return new CollectionOutcome
        {
            Archives = deleted.Length,
            ArchiveBytes = deleted.Sum(archive => sizes[archive]),
            Trees = trees,
            Manifests = manifests,
            FileBytes = fileBytes,
            Blobs = deletedBlobs.Length,
            BlobBytes = deletedBlobs.Sum(blob => blobs[blob]),
        };
    }

    private CollectionOutcome Foresee()
    {
        (IReadOnlyList<Sha256> trees, IReadOnlyList<Sha256> manifests) = new TreeCollection(_parts, _cancellation).Find();
        IReadOnlyList<Sha256> dead = FindDead();
        HashSet<Sha256> needed = Needed();
        Sha256[] archives = [.. dead.Where(archive => !needed.Contains(archive))];
        Dictionary<Sha256, long> blobs = FindDeadBlobs();
        return new CollectionOutcome
        {
            Archives = archives.Length,
            ArchiveBytes = archives.Sum(_parts.Archives.FileBytes),
            Trees = trees.Count,
            Manifests = manifests.Count,
            FileBytes = _parts.Trees.Files.Measure(_cancellation).UnusedBytes + OnlyIn(trees),
            Blobs = blobs.Count,
            BlobBytes = blobs.Values.Sum(),
        };
    }

    /// <summary>
    /// The archives that nobody names or holds. Learns the recipes of the others on the way; when one of those cannot be read, nobody knows
    /// whose bytes it takes, and none is dead.
    /// </summary>
    private IReadOnlyList<Sha256> FindDead()
    {
        IReadOnlyCollection<Sha256> stored = _parts.Archives.List();
        HashSet<Sha256> living = [.. _parts.RootsNow().Select(static root => root.Archive.Digest), .. _parts.Archives.Leases.ListHeld()];
        try
        {
            foreach (Sha256 archive in living.Where(_parts.Archives.Contains))
            {
                _cancellation.ThrowIfCancellationRequested();
                _living[archive] = _parts.Archives.ReadRecipe(archive);
            }
        }
        catch (InvalidDataException damaged)
        {
            _parts.ReportFailure(damaged);
            return [];
        }

        return [.. stored.Where(archive => !living.Contains(archive))];
    }

    private HashSet<Sha256> Needed() => [.. _living.SelectMany(static archive => archive.Value.SourcesOf(archive.Key))];

    private void Move(IReadOnlyList<Sha256> dead)
    {
        HashSet<Sha256> needed = Needed();
        foreach (Sha256 archive in dead.Where(needed.Contains))
        {
            Sha256[] takers = [.. _living.Where(taker => taker.Value.SourcesOf(taker.Key).Contains(archive)).Select(static taker => taker.Key)];
            if (ArchiveRelocation.BytesTaken(archive, takers.Select(taker => _living[taker])) >= _parts.Archives.FileBytes(archive) / 2)
            {
                continue;
            }

            ArchiveRelocation relocation = new(_parts.Archives, archive);
            foreach (Sha256 taker in takers)
            {
                relocation.Rewrite(taker, _cancellation);
                _living[taker] = _parts.Archives.ReadRecipe(taker);
            }
        }
    }

    private Dictionary<Sha256, long> FindDeadBlobs()
    {
        // Without anybody to ask, blobs are none of our business.
        if (_parts.BlobRoots.Count == 0)
        {
            return [];
        }

        Sha256[] stored = [.. _parts.Blobs.List()];
        Store.CatalogSnapshot snapshot = _parts.Catalog.Current;
        HashSet<Sha256> living = [.. _parts.BlobRoots.SelectMany(room => room.In(snapshot)), .. _parts.Blobs.Leases.ListHeld()];
        return stored.Where(blob => !living.Contains(blob)).ToDictionary(static blob => blob, blob => _parts.Blobs.FindLength(blob) ?? 0);
    }

    /// <summary>Disk space of the files that go with these trees: all links to them are the store's own and those of these trees.</summary>
    private long OnlyIn(IReadOnlyList<Sha256> trees)
    {
        Dictionary<string, int> links = new(StringComparer.Ordinal);
        foreach (TreeEntry file in trees.Select(_parts.Manifests.TryRead).OfType<TreeManifest>().SelectMany(static manifest => manifest.Entries))
        {
            if (file.Kind == OptEntryKind.File)
            {
                string name = SharedFiles.NameOf(file);
                links[name] = links.GetValueOrDefault(name) + 1;
            }
        }

        return links.Sum(file => _parts.Trees.Files.TryRead(file.Key) is { } status && status.Links == file.Value + 1 ? status.DiskBytes : 0);
    }
}
