using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

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
    public async Task<StoredArchive> StoreAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        // 1
        if (archive.IsEmpty)
        {
            throw ArchiveFault.Empty();
        }

        if (archive.Length > Limits.ZippedUploadBytes)
        {
            throw ArchiveFault.ZippedTooLarge();
        }

        return await StoreAsync(new MemoryArchive(archive), (writer, token) => WriteAsync(writer, archive, token), cancellationToken);
    }

    /// <summary>As above, for an archive in a part of a file, which may be larger than an upload.</summary>
    public async Task<StoredArchive> StoreAsync(SafeFileHandle file, long offset, long length, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            throw ArchiveFault.Empty();
        }

        if (length > Limits.ImportedArchiveBytes)
        {
            throw AwsError.RequestEntityTooLarge($"An imported archive must not be larger than {Limits.ImportedArchiveBytes} bytes");
        }

        FileArchive archive = new(file, offset, length);
        return await StoreAsync(archive, (writer, token) => WriteAsync(writer, archive, token), cancellationToken);
    }

    public Stream OpenArchive(StoredArchive archive) => blobs.OpenRead(archive.Digest);

    private async Task<StoredArchive> StoreAsync(
        ArchiveSource archive, Func<BlobWriter, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        // 2
        await using BlobWriter writer = await blobs.BeginWriteAsync(cancellationToken);
        using CancellationTokenSource refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = Task.Run(() => write(writer, refused.Token), cancellationToken);
        TreeManifest manifest;
        try
        {
            manifest = await ArchiveChecker.CheckAsync(archive, cancellationToken);
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

    private static async Task WriteAsync(BlobWriter writer, ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        for (int at = 0; at < archive.Length; at += WriteBytes)
        {
            await writer.WriteAsync(archive.Slice(at, Math.Min(WriteBytes, archive.Length - at)), cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    private static async Task WriteAsync(BlobWriter writer, FileArchive archive, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[WriteBytes];
        long at = 0;
        for (int count = archive.Read(at, buffer); count > 0; count = archive.Read(at, buffer))
        {
            await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            at += count;
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
