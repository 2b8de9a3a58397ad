using System.Collections.Concurrent;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>Compares archives, put together as whoever reads them gets them, with their digests.</summary>
internal sealed class ArchiveScrub(StorageParts parts, ScrubReport report)
{
    private readonly ConcurrentDictionary<StoredArchive, (string Problem, IReadOnlyList<Sha256> Sources)> _damaged = new();

    public async Task VerifyAsync(StoredArchive archive, CancellationToken cancellationToken)
    {
        using DigestLease lease = parts.Archives.Leases.Begin();
        await lease.HoldAsync(archive.Digest, cancellationToken);
        IReadOnlyList<Sha256> sources = await HoldSourcesAsync(archive.Digest, lease, cancellationToken);
        try
        {
            parts.Archives.Verify(archive.Digest, cancellationToken);
        }
        catch (Exception damage) when (damage is IOException or InvalidDataException or AwsError)
        {
            // It is held: what the catalog names now was not deleted before, and what it does not name is no loss.
            if (report.NamesOf(named => named.Digest == archive.Digest).Count > 0)
            {
                _damaged[archive] = (damage.Message, sources);
                parts.Archives.Sketches.Remove([archive.Digest]);
            }
        }

        report.Verified(archive.SizeBytes);
    }

    /// <param name="isIntact">Whether this tree was verified.</param>
    public void Report(Func<Sha256, bool> isIntact)
    {
        HashSet<Sha256> damaged = [.. _damaged.Keys.Select(static archive => archive.Digest)];
        foreach ((StoredArchive archive, (string problem, IReadOnlyList<Sha256> sources)) in _damaged.OrderBy(static one => one.Key.Digest))
        {
            Sha256[] alike = [.. sources.Where(damaged.Contains)];
            report.Add(new ScrubFinding
            {
                Subject = ScrubSubject.Archive,
                Name = archive.Digest.ToString(),
                Problem = problem,
                NamedBy = report.NamesOf(named => named.Digest == archive.Digest),
                Sources = [.. (alike.Length > 0 ? alike : sources).Select(static source => source.ToString())],
                TreeIntact = isIntact(archive.Tree),
            });
        }
    }

    /// <summary>
    /// A collection may move what the archive takes from another and delete that: whatever was being deleted is waited for, and the recipe
    /// read again.
    /// </summary>
    private async Task<IReadOnlyList<Sha256>> HoldSourcesAsync(Sha256 archive, DigestLease lease, CancellationToken cancellationToken)
    {
        HashSet<Sha256> held = [];
        while (TryReadSources(archive) is { } sources)
        {
            Sha256[] missing = [.. sources.Except(held)];
            if (missing.Length == 0)
            {
                return sources;
            }

            foreach (Sha256 source in missing)
            {
                await lease.HoldAsync(source, cancellationToken);
                held.Add(source);
            }
        }

        return [];
    }

    private IReadOnlyList<Sha256>? TryReadSources(Sha256 archive)
    {
        try
        {
            return [.. parts.Archives.ReadRecipe(archive).SourcesOf(archive)];
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
        {
            // Verifying says so.
            return null;
        }
    }
}
