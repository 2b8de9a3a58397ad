using Lamina.Contract;

namespace Lamina.Store;

/// <summary>
/// Blobs: bytes named by their SHA-256, written once, never changed.
/// A *writer* collects bytes that nobody can see. *Commit* makes them durable and then visible, in that order:
/// fsync the file, check the digest, rename, fsync the folder; when it returns the blob survives a power cut.
/// Committing bytes that are already stored is no error and stores nothing new. A writer disposed without commit leaves nothing.
/// </summary>
/// <remarks>Blobs are deleted only by the collector, which knows what is reachable; nobody counts references.</remarks>
public interface IBlobStore
{
    /// <summary>A blob is held by its writer from the commit until the writer is disposed; who reads one for longer may hold it too.</summary>
    DigestLeases Leases { get; }

    ValueTask<BlobWriter> BeginWriteAsync(CancellationToken cancellationToken);

    /// <summary>Opens a blob for reading, seekable. Throws <see cref="BlobNotFoundException"/>.</summary>
    Stream OpenRead(Sha256 digest);

    /// <summary>The blob's length in bytes, or null when it is not stored.</summary>
    long? FindLength(Sha256 digest);

    IEnumerable<Sha256> List();

    /// <summary>Removes a blob; removing an absent one is no error.</summary>
    void Delete(Sha256 digest);
}

/// <summary>Bytes on their way into a blob store. Not thread-safe.</summary>
public abstract class BlobWriter : IAsyncDisposable
{
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes what was written so far durable, not visible: lets a caller wait for the disk while it still checks the bytes.</summary>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Makes the bytes durable and visible. At most once.</summary>
    public abstract ValueTask<Sha256> CommitAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

public sealed class BlobNotFoundException(Sha256 digest) : Exception($"The blob {digest} is not in the store.")
{
    public Sha256 Digest { get; } = digest;
}
