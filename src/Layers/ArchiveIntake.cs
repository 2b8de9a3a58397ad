using System.Buffers;
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
    public async Task<StoredArchive> StoreAsync(ArchiveUpload archive, CancellationToken cancellationToken)
    {
        // 1
        if (archive.IsEmpty)
        {
            throw ArchiveFault.Empty();
        }

        ArchiveSource source = archive.Open();

        // 2
        await using BlobWriter writer = await blobs.BeginWriteAsync(cancellationToken);
        using CancellationTokenSource refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = Task.Run(() => WriteAsync(writer, source, refused.Token), cancellationToken);
        TreeManifest manifest;
        try
        {
            manifest = await ArchiveChecker.CheckAsync(source, cancellationToken);
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

    private static async Task WriteAsync(BlobWriter writer, ArchiveSource source, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WriteBytes);
        try
        {
            int count;
            for (long at = 0; (count = source.Read(at, buffer)) > 0; at += count)
            {
                await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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
