using System.Collections.Concurrent;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// Reads all that is stored and compares it with its digests. What is derived and damaged is taken away, so that it is made again from the
/// archive; a damaged archive is named, and no new one is stored as a difference to it.
/// </summary>
/// <remarks>
/// The story of a scrub: 1. archives, as the layer versions and functions that name them get them; 2. manifests; 3. files below the trees;
/// 4. once no build is under way that may have linked one of those, each tree against its manifest: what a tree has of its own is read, what it
/// shares was read in 3; 5. blobs, and the layers of images; 6. archives are reported last, because by then it is known whether their trees are
/// intact.
/// Whatever is read is held against a collection meanwhile. Two workers share each step.
/// </remarks>
public sealed class StorageScrub(StorageParts parts) : IDisposable
{
    private const int Workers = 2;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Raised after a scrub: a collection meanwhile may have left what the scrub held.</summary>
    public event Action? Ended;

    /// <param name="found">Told of each damaged thing; called from several threads, not at once.</param>
    public async Task<ScrubOutcome> RunAsync(ScrubProgress progress, Action<ScrubFinding> found, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await ScrubAsync(progress, new ScrubReport(parts, progress, found), cancellationToken);
        }
        finally
        {
            _one.Release();
            Ended?.Invoke();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<ScrubOutcome> ScrubAsync(ScrubProgress progress, ScrubReport report, CancellationToken cancellationToken)
    {
        StoredArchive[] archives = [.. parts.RootsNow().Select(static root => root.Archive).DistinctBy(static archive => archive.Digest)];
        Sha256[] blobs = [.. parts.Blobs.List().Concat(report.NamedBlobs()).Distinct()];
        IReadOnlyList<UnpackedLayer> imageLayers = parts.Images?.ListLayers() ?? [];
        progress.Expect(
            archives.Sum(static archive => archive.SizeBytes)
            + parts.Manifests.List().Sum(parts.Manifests.FileBytes)
            + parts.Trees.Files.List().Sum(file => parts.Trees.Files.TryRead(file)?.SizeBytes ?? 0)
            + blobs.Sum(blob => parts.Blobs.FindLength(blob) ?? 0)
            + imageLayers.Sum(static layer => layer.Bytes));

        ArchiveScrub archiveScrub = new(parts, report);
        int archiveCount = await EachAsync(archives, archiveScrub.VerifyAsync, cancellationToken); // 1
        TreeScrub trees = new(parts, report, archives);
        int manifests = await EachAsync(parts.Manifests.List(), trees.VerifyManifestAsync, cancellationToken); // 2
        int files = await EachAsync(parts.Trees.Files.List(), trees.VerifyFileAsync, cancellationToken); // 3
        await parts.Trees.SettleAsync(cancellationToken); // 4
        int treeCount = await EachAsync(parts.Trees.ListReady(), trees.VerifyTreeAsync, cancellationToken);
        trees.ReportFiles();
        int blobCount = await EachAsync(blobs, new BlobScrub(parts, report).VerifyAsync, cancellationToken); // 5
        int layerCount = await EachAsync(imageLayers, (layer, stop) => VerifyLayerAsync(parts.Images!, layer, report, stop), cancellationToken);
        archiveScrub.Report(trees.Verified.Contains); // 6
        return new ScrubOutcome
        {
            Archives = archiveCount,
            Manifests = manifests,
            Files = files,
            Trees = treeCount,
            Blobs = blobCount,
            ImageLayers = layerCount,
            Repaired = report.Repaired,
            Damaged = report.Damaged,
        };
    }

    private static async Task VerifyLayerAsync(IImageStorage images, UnpackedLayer layer, ScrubReport report, CancellationToken cancellationToken)
    {
        if (await images.VerifyAsync(layer, cancellationToken) is { } damage)
        {
            report.Add(new ScrubFinding
            {
                Subject = ScrubSubject.ImageLayer,
                Name = layer.Digest.ToString(),
                Problem = damage.Problem,
                NamedBy = damage.NamedBy,
            });
        }

        report.Verified(layer.Bytes);
    }

    /// <summary>Threads of their own: this is reading and hashing for as long as it takes.</summary>
    private static async Task<int> EachAsync<T>(IEnumerable<T> things, Func<T, CancellationToken, Task> verifyAsync, CancellationToken cancellationToken)
    {
        int count = 0;
        OrderablePartitioner<T> oneByOne = Partitioner.Create(things, EnumerablePartitionerOptions.NoBuffering);
        await Task.WhenAll(oneByOne.GetPartitions(Workers).Select(part => Task.Factory.StartNew(
            async () =>
            {
                using (part)
                {
                    while (part.MoveNext())
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        await verifyAsync(part.Current, cancellationToken);
                        Interlocked.Increment(ref count);
                    }
                }
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
        return count;
    }
}

/// <summary>What a scrub found, and who needs that.</summary>
internal sealed class ScrubReport(StorageParts parts, ScrubProgress progress, Action<ScrubFinding> found)
{
    private readonly Lock _lock = new();

    public int Repaired { get; private set; }

    public int Damaged { get; private set; }

    public void Add(ScrubFinding finding)
    {
        lock (_lock)
        {
            Damaged += finding.Lasting ? 1 : 0;
            Repaired += finding.Lasting ? 0 : 1;
            found(finding);
        }
    }

    public void Verified(long bytes) => progress.Add(bytes);

    /// <summary>ARNs, as the catalog is now.</summary>
    public IReadOnlyList<string> NamesOf(Func<StoredArchive, bool> isMeant) =>
        [.. parts.RootsNow().Where(root => isMeant(root.Archive)).Select(static root => root.Name).Distinct().Order(StringComparer.Ordinal)];

    public IEnumerable<Sha256> NamedBlobs()
    {
        CatalogSnapshot snapshot = parts.Catalog.Current;
        return parts.BlobRoots.SelectMany(room => room.In(snapshot));
    }

    public IReadOnlyList<string> NamesOf(Sha256 blob)
    {
        CatalogSnapshot snapshot = parts.Catalog.Current;
        return [.. parts.BlobRoots.SelectMany(room => room.NamesOf(snapshot, blob)).Distinct().Order(StringComparer.Ordinal)];
    }
}
