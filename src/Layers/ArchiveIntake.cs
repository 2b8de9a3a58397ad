using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>Takes a zip in: checks every name and limit while reading, hashes every entry, stores archive and manifest durably.</summary>
public sealed class ArchiveIntake(IBlobStore blobs)
{
    private const int WriteBytes = 1024 * 1024;

    /// <summary>
    /// Stores the archive and its manifest; when it returns both survive a crash. The tree is not made yet.
    /// Throws <see cref="AwsError"/> for what is not a zip, hostile, or larger unzipped than <see cref="Limits.UnzippedBytes"/>.
    /// </summary>
    /// <remarks>
    /// 1. Refuse by size. 2. Side by side: read and check the archive on the processors, write it to the disk.
    /// 3. Only when both went well: make archive and manifest visible.
    /// </remarks>
    public Task<StoredArchive> StoreAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken) =>
        StoreAsync(archive, Limits.ZippedUploadBytes, cancellationToken);

    /// <param name="zippedLimitBytes">What the zip itself may weigh; what is in it is limited all the same.</param>
    public async Task<StoredArchive> StoreAsync(ReadOnlyMemory<byte> archive, long zippedLimitBytes, CancellationToken cancellationToken)
    {
        // 1
        if (archive.IsEmpty)
        {
            throw ArchiveFault.Empty();
        }

        if (archive.Length > zippedLimitBytes)
        {
            throw ArchiveFault.ZippedTooLarge(zippedLimitBytes);
        }

        // 2
        await using BlobWriter writer = await blobs.BeginWriteAsync(cancellationToken);
        using CancellationTokenSource refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = Task.Run(() => WriteAsync(writer, archive, refused.Token), cancellationToken);
        TreeManifest manifest;
        try
        {
            manifest = await ArchiveChecker.CheckAsync(new MemoryArchive(archive), cancellationToken);
        }
        catch
        {
            await refused.CancelAsync();
            await writing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        await writing;

        // 3
        Sha256 digest = await writer.CommitAsync(cancellationToken);
        return new StoredArchive
        {
            Digest = digest,
            SizeBytes = archive.Length,
            UnzippedBytes = manifest.UnzippedBytes,
            Tree = await StoreManifestAsync(manifest, cancellationToken),
        };
    }

    public Stream OpenArchive(StoredArchive archive) => blobs.OpenRead(archive.Digest);

    private static async Task WriteAsync(BlobWriter writer, ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        for (int at = 0; at < archive.Length; at += WriteBytes)
        {
            await writer.WriteAsync(archive.Slice(at, Math.Min(WriteBytes, archive.Length - at)), cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    private async Task<Sha256> StoreManifestAsync(TreeManifest manifest, CancellationToken cancellationToken)
    {
        await using BlobWriter writer = await blobs.BeginWriteAsync(cancellationToken);
        await writer.WriteAsync(manifest.ToBytes(), cancellationToken);
        return await writer.CommitAsync(cancellationToken);
    }
}
