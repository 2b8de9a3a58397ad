#pragma warning disable CA1822, IDE0060 // outline only: the room's first commit replaces this file
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>Takes a zip in: checks every name and limit while reading, hashes every entry, stores archive and manifest durably.</summary>
public sealed class ArchiveIntake
{
    /// <summary>
    /// Stores the archive and its manifest; when it returns both survive a crash. The tree is not made yet.
    /// Throws <see cref="AwsError"/> for what is not a zip, hostile, or larger unzipped than <see cref="Limits.UnzippedBytes"/>.
    /// </summary>
    public Task<StoredArchive> StoreAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Stream OpenArchive(StoredArchive archive) => throw new NotImplementedException();
}

/// <summary>Trees of hard links over the file store, one per manifest, shown to sandboxes.</summary>
public sealed class TreeStore
{
    /// <summary>The folder with the archive's files, made now if it is not there yet. Concurrent calls for one tree share the work.</summary>
    public Task<string> MaterializeAsync(StoredArchive archive, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The folder, when the tree is already there: no waiting, for the path of an invocation.</summary>
    public string? TryGetDirectory(StoredArchive archive) => throw new NotImplementedException();
}
