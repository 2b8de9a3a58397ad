using Lamina.Store;

namespace Lamina.Layers;

/// <summary>Version 0.1 kept archives and manifests as blobs: archives move to their own store, manifests are derived again.</summary>
public static class ArchiveUpgrade
{
    /// <summary>An archive is durable in its new place before it leaves the old one, so it may be interrupted and run again.</summary>
    /// <param name="reportFailure">Told of archives that cannot be read; they stay where they are.</param>
    public static void Run(
        IBlobStore blobs, CatalogSnapshot snapshot, IEnumerable<IArchiveRoots> roots, ArchiveStore archives, Action<Exception> reportFailure)
    {
        foreach (StoredArchive archive in roots.SelectMany(room => room.In(snapshot)).Select(static root => root.Archive).DistinctBy(static archive => archive.Digest))
        {
            if (!archives.Contains(archive.Digest) && blobs.FindLength(archive.Digest) is not null)
            {
                TryMove(blobs, archive, archives, reportFailure);
            }
        }
    }

    private static void TryMove(IBlobStore blobs, StoredArchive archive, ArchiveStore archives, Action<Exception> reportFailure)
    {
        try
        {
            using (Stream blob = blobs.OpenRead(archive.Digest))
            {
                archives.Adopt(archive.Digest, blob);
            }

            blobs.Delete(archive.Digest);
            blobs.Delete(archive.Tree);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or BlobNotFoundException)
        {
            reportFailure(failure);
        }
    }
}
