using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>Takes a zip in: checks every name and limit while reading, hashes every entry, stores the archive durably and only what is new of it.</summary>
public sealed class ArchiveIntake(ArchiveStore archives, ManifestStore manifests)
{
    // Below it a file of its own costs no more than the list of what it shares.
    private const int BytesWorthComparing = 32 * 1024;
    private const int Bases = 2;

    /// <summary>
    /// Stores an uploaded archive; when it returns it survives a crash. The tree is not made yet.
    /// Throws <see cref="AwsError"/> for what is not a zip, hostile, or larger unzipped than <see cref="Limits.UnzippedBytes"/>.
    /// </summary>
    public Task<IncomingArchive> StoreAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken) =>
        StoreAsync(archive, Limits.ZippedUploadBytes, cancellationToken);

    /// <param name="zippedLimitBytes">What the zip itself may weigh; what is in it is limited all the same.</param>
    public Task<IncomingArchive> StoreAsync(ReadOnlyMemory<byte> archive, long zippedLimitBytes, CancellationToken cancellationToken)
    {
        if (archive.IsEmpty)
        {
            throw ArchiveFault.Empty();
        }

        return archive.Length > zippedLimitBytes
            ? throw ArchiveFault.ZippedTooLarge(zippedLimitBytes)
            : StoreAsync(new MemoryArchive(archive), cancellationToken);
    }

    /// <summary>The same for an archive that lies in a file, and may be as large as its content.</summary>
    public Task<IncomingArchive> StoreAsync(SafeFileHandle archive, CancellationToken cancellationToken)
    {
        FileArchive source = new(archive);
        if (source.Length == 0)
        {
            throw ArchiveFault.Empty();
        }

        return source.Length > Limits.UnzippedBytes ? throw ArchiveFault.UnzippedTooLarge() : StoreAsync(source, cancellationToken);
    }

    public Stream OpenArchive(StoredArchive archive) => archives.OpenStream(archive.Digest);

    /// <summary>
    /// 1. Side by side: hash the whole; check each entry, against stored archives that look alike or by inflating it; write.
    /// 2. Only when all went well: make the archive visible under its digest, held by a lease.
    /// </summary>
    private async Task<IncomingArchive> StoreAsync(ArchiveSource source, CancellationToken cancellationToken)
    {
        DigestLease lease = archives.Leases.Begin();
        try
        {
            using CancellationTokenSource refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<Sha256> hashing = Task.Run(() => ArchiveHash.Of(source, refused.Token), cancellationToken);
            try
            {
                return await StoreAsync(source, hashing, lease, cancellationToken);
            }
            finally
            {
                await refused.CancelAsync();
                await hashing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task<IncomingArchive> StoreAsync(
        ArchiveSource source, Task<Sha256> hashing, DigestLease lease, CancellationToken cancellationToken)
    {
        // 1
        ArchiveEntry[] entries = await Task.Run(() => ArchiveDirectory.Read(source), cancellationToken);
        ulong[] keys = ArchiveSketch.KeysOf(entries);
        List<ArchiveBase> bases = await Task.Run(() => FindBases(source, keys, lease), cancellationToken);
        try
        {
            using ArchiveWriter writer = archives.BeginWrite();
            ArchiveMatcher? matcher = bases.Count > 0 ? new ArchiveMatcher(source, entries, bases) : null;
            TreeManifest manifest;
            if (matcher is null)
            {
                manifest = await CheckWhileWritingAsync(source, entries, writer, cancellationToken);
            }
            else
            {
                manifest = await ArchiveChecker.CheckAsync(source, entries, matcher, cancellationToken);
                await OnOwnThreadAsync(() => WriteShared(source, matcher, writer, cancellationToken));
            }

            byte[] manifestBytes = manifest.ToBytes();
            Sha256 tree = Sha256.Of(manifestBytes);
            await lease.HoldAsync(tree, cancellationToken);
            manifests.Put(tree, manifestBytes);

            // 2
            StoredArchive stored = new()
            {
                Digest = await hashing,
                SizeBytes = source.Length,
                UnzippedBytes = manifest.UnzippedBytes,
                Tree = tree,
            };
            await lease.HoldAsync(stored.Digest, cancellationToken);
            await OnOwnThreadAsync(() => archives.Publish(stored.Digest, writer));
            archives.Sketches.Add(new ArchiveSketch(stored, keys));
            return new IncomingArchive(stored, lease);
        }
        finally
        {
            bases.ForEach(static stored => stored.Dispose());
        }
    }

    /// <summary>Opens archives that look like this one, and holds their files and those they take pieces from.</summary>
    private List<ArchiveBase> FindBases(ArchiveSource source, ulong[] keys, DigestLease lease)
    {
        List<ArchiveBase> bases = [];
        if (source.Length < BytesWorthComparing)
        {
            return bases;
        }

        foreach (StoredArchive similar in archives.Sketches.FindSimilar(keys, Bases))
        {
            if (TryOpenBase(similar, lease) is { } stored)
            {
                bases.Add(stored);
            }
        }

        return bases;
    }

    private ArchiveBase? TryOpenBase(StoredArchive archive, DigestLease lease)
    {
        if (!lease.TryHold(archive.Digest))
        {
            return null;
        }

        ArchiveReader? reader = null;
        try
        {
            reader = archives.OpenRead(archive.Digest);

            // What is held from here on and is stored now stays stored.
            if (reader.Recipe.SourcesOf(archive.Digest).All(source => lease.TryHold(source) && archives.Contains(source)))
            {
                return new ArchiveBase(reader, manifests.TryRead(archive.Tree));
            }
        }
        catch (Exception unusable) when (unusable is IOException or InvalidDataException or AwsError)
        {
            // Damaged, or just deleted: the new archive does without it. The scrub tells of damage.
        }

        reader?.Dispose();
        return null;
    }

    private static async Task<TreeManifest> CheckWhileWritingAsync(
        ArchiveSource source, ArchiveEntry[] entries, ArchiveWriter writer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = OnOwnThreadAsync(() => WriteWhole(source, writer, refused.Token));
        try
        {
            TreeManifest manifest = await ArchiveChecker.CheckAsync(source, entries, matcher: null, cancellationToken);
            await writing;
            return manifest;
        }
        finally
        {
            await refused.CancelAsync();
            await writing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static void WriteWhole(ArchiveSource source, ArchiveWriter writer, CancellationToken cancellationToken)
    {
        writer.Write(source, 0, source.Length, cancellationToken);
        writer.Flush();
    }

    /// <summary>Only what others lack, and the recipe. An archive that is mostly new is stored whole: others can then share with it.</summary>
    private static void WriteShared(ArchiveSource source, ArchiveMatcher matcher, ArchiveWriter writer, CancellationToken cancellationToken)
    {
        IReadOnlyList<ArchivePiece> pieces = matcher.ToPieces();
        ArchivePiece[] own = [.. pieces.Where(static piece => piece.File == default)];
        if (own.Sum(static piece => piece.Length) > source.Length / 2)
        {
            WriteWhole(source, writer, cancellationToken);
            return;
        }

        foreach (ArchivePiece piece in own)
        {
            writer.Write(source, piece.Start, piece.Length, cancellationToken);
        }

        writer.WriteRecipe(new ArchiveRecipe(pieces), self: default);
        writer.Flush();
    }

    /// <summary>fsync can take seconds on a busy disk; a thread of its own keeps the pool's few threads free.</summary>
    private static Task OnOwnThreadAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
