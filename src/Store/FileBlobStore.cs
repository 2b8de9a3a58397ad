using System.Security.Cryptography;
using Lamina.Contract;

namespace Lamina.Store;

/// <summary>
/// Blobs as files named by their digest, below two levels of folders: <c>ab/cd/abcd….</c>
/// What is being written lies in <c>tmp</c> of the same file system; opening the store empties it.
/// </summary>
/// <remarks>One process owns the folder; the caller holds the lock of the data folder.</remarks>
public sealed class FileBlobStore : IBlobStore
{
    private readonly string _directory;
    private readonly string _temporary;

    public FileBlobStore(string directory)
    {
        _directory = Path.GetFullPath(directory);
        _temporary = Path.Combine(_directory, "tmp");
        if (Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }

        Directory.CreateDirectory(_temporary);
        LinuxFiles.FlushFolder(_directory);
        LinuxFiles.FlushFolder(Path.GetDirectoryName(_directory)!);
    }

    /// <summary>A blob is held by its writer from the commit until the writer is disposed.</summary>
    public DigestLeases Leases { get; } = new();

    public ValueTask<BlobWriter> BeginWriteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<BlobWriter>(new Writer(this, Path.Combine(_temporary, Guid.NewGuid().ToString("N"))));
    }

    public Stream OpenRead(Sha256 digest)
    {
        try
        {
            // Unbuffered: readers of archives bring their own buffers.
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlobNotFoundException(digest);
        }
    }

    public long? FindLength(Sha256 digest)
    {
        FileInfo file = new(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    public IEnumerable<Sha256> List()
    {
        foreach (string path in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories))
        {
            if (Sha256.TryParse(Path.GetFileName(path), out Sha256 digest))
            {
                yield return digest;
            }
        }
    }

    public void Delete(Sha256 digest)
    {
        try
        {
            File.Delete(PathOf(digest));
        }
        catch (DirectoryNotFoundException)
        {
            // Absent already.
        }
    }

    private string PathOf(Sha256 digest)
    {
        string name = digest.ToString();
        return Path.Combine(_directory, name[..2], name[2..4], name);
    }

    private sealed class Writer : BlobWriter
    {
        private readonly FileBlobStore _store;
        private readonly string _path;
        private readonly FileStream _file;
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly DigestLease _lease;
        private long _length;
        private bool _committed;

        public Writer(FileBlobStore store, string path)
        {
            _store = store;
            _path = path;
            _lease = store.Leases.Begin();
            _file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            _hash.AppendData(bytes.Span);
            await _file.WriteAsync(bytes, cancellationToken);
            _length += bytes.Length;
        }

        public override async ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await OnOwnThreadAsync(() =>
            {
                RandomAccess.FlushToDisk(_file.SafeFileHandle);
                return true;
            });
        }

        public override async ValueTask<Sha256> CommitAsync(CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_committed, this);
            cancellationToken.ThrowIfCancellationRequested();
            _committed = true;
            Sha256 digest = await OnOwnThreadAsync(Finish);
            await _lease.HoldAsync(digest, cancellationToken);
            return await OnOwnThreadAsync(() => Commit(digest));
        }

        public override async ValueTask DisposeAsync()
        {
            _hash.Dispose();
            await _file.DisposeAsync();
            File.Delete(_path);
            _lease.Dispose();
        }

        /// <summary>fsync can take seconds on a busy disk; a thread of its own keeps the pool's few threads free.</summary>
        private static Task<T> OnOwnThreadAsync<T>(Func<T> work) =>
            Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        /// <summary>
        /// 1 fsync, 2 digest and size, 3 folders, 4 is it there already?, 5 rename, 6 fsync of the folder, 7 niceties that may fail.
        /// </summary>
        private Sha256 Finish()
        {
            RandomAccess.FlushToDisk(_file.SafeFileHandle); // 1
            Span<byte> bytes = stackalloc byte[Sha256.SizeBytes];
            _hash.GetHashAndReset(bytes); // 2
            Sha256 digest = new(bytes);
            long onDisk = RandomAccess.GetLength(_file.SafeFileHandle);
            if (onDisk != _length)
            {
                throw new IOException($"The blob {digest} has {onDisk} bytes on disk; {_length} were written.");
            }

            return digest;
        }

        private Sha256 Commit(Sha256 digest)
        {
            string path = _store.PathOf(digest);
            string folder = Path.GetDirectoryName(path)!;
            CreateFolders(folder); // 3
            if (File.Exists(path)) // 4
            {
                // Another writer may have renamed it a moment ago and not yet reached its step 6.
                LinuxFiles.FlushFolder(folder);
                return digest;
            }

            File.Move(_path, path, overwrite: true); // 5
            LinuxFiles.FlushFolder(folder); // 6
            ForbidWriting(path); // 7
            return digest;
        }

        private void CreateFolders(string folder)
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
            }

            // Also when they exist: whoever made them may not have come to the flush yet. Two fsyncs of clean folders cost microseconds.
            LinuxFiles.FlushFolder(Path.GetDirectoryName(folder)!);
            LinuxFiles.FlushFolder(_store._directory);
        }

        private static void ForbidWriting(string path)
        {
            try
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead);
            }
            catch (Exception nicety) when (nicety is IOException or UnauthorizedAccessException)
            {
                // The blob is durable and visible; the read-only bit only guards against accidents.
            }
        }
    }
}
