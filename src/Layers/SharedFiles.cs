using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>
/// The file store below the trees: one inode for every (content, mode), linked into all trees that have it. A name appears only when
/// its file is completely written, by a hard link, so a crash of the process leaves nothing half-made under a name.
/// </summary>
internal sealed class SharedFiles : IDisposable
{
    /// <summary>One date for all files: equal content and mode are then equal files, and what an archive gives does not depend on when.</summary>
    public static readonly DateTimeOffset FileTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string TemporaryFolder = "tmp";
    private const int DigestAt = 3;

    private readonly string _directory;
    private readonly SafeFileHandle _folder;

    private SharedFiles(string directory)
    {
        _directory = directory;
        _folder = LinuxFiles.OpenFolder(directory);
    }

    public static SharedFiles Open(string directory)
    {
        Directory.CreateDirectory(directory);
        string temporary = Path.Combine(directory, TemporaryFolder);
        if (Directory.Exists(temporary))
        {
            Directory.Delete(temporary, recursive: true);
        }

        Directory.CreateDirectory(temporary);
        return new SharedFiles(directory);
    }

    /// <summary>
    /// Links the stored file to a path of a tree. False when there is none, or when its inode has no link left
    /// (ext4 stops at 65,000): then the caller writes the file anew and hands it to <see cref="Share"/>.
    /// </summary>
    public bool TryLink(TreeEntry entry, SafeFileHandle tree)
    {
        int errno = LinuxFiles.TryLink(_folder, NameOf(entry), tree, entry.Path);
        return errno switch
        {
            0 => true,
            LinuxFiles.ENOENT or LinuxFiles.EMLINK => false,
            _ => throw LinuxFiles.Error(errno, entry.Path),
        };
    }

    /// <summary>Takes a file just written into a tree, for the trees to come.</summary>
    public void Share(TreeEntry entry, SafeFileHandle tree)
    {
        string name = NameOf(entry);
        int errno = LinuxFiles.TryLink(tree, entry.Path, _folder, name);
        if (errno == LinuxFiles.ENOENT)
        {
            // Made when first needed: most stores have few files, and making 256 folders takes a busy disk a moment.
            Directory.CreateDirectory(Path.Combine(_directory, name[..2]));
            errno = LinuxFiles.TryLink(tree, entry.Path, _folder, name);
        }

        if (errno == 0)
        {
            return;
        }

        if (errno != LinuxFiles.EEXIST)
        {
            throw LinuxFiles.Error(errno, entry.Path);
        }

        // Somebody else was quicker, or the one there is full: use theirs, else put this one in its place. A full inode lives on
        // in its trees; those to come get the new one.
        if (!TryReplace(_folder, name, tree, entry.Path) && !TryReplace(tree, entry.Path, _folder, name))
        {
            throw LinuxFiles.Error(LinuxFiles.EMLINK, entry.Path);
        }
    }

    /// <summary>Whether the stored file has the content its name promises; a missing one is no fault. Reads all of it.</summary>
    public bool IsIntact(TreeEntry entry)
    {
        try
        {
            using SafeFileHandle file = LinuxFiles.OpenFile(_folder, NameOf(entry));
            if (RandomAccess.GetLength(file) != entry.SizeBytes)
            {
                return false;
            }

            using FileStream content = new(file, FileAccess.Read, bufferSize: 0);
            Span<byte> digest = stackalloc byte[Sha256.SizeBytes];
            SHA256.HashData(content, digest);
            return new Sha256(digest) == entry.Digest;
        }
        catch (IOException failure)
        {
            return failure.HResult == LinuxFiles.ENOENT;
        }
    }

    public void Remove(TreeEntry entry) => LinuxFiles.DeleteFile(_folder, NameOf(entry));

    /// <summary>Removes those of these files that no tree has any more.</summary>
    public long RemoveUnused(IEnumerable<TreeEntry> files) => files
        .Where(static entry => entry.Kind == OptEntryKind.File)
        .Sum(entry => RemoveUnused(NameOf(entry)));

    /// <summary>Removes every file that no tree has. Gives the bytes that were freed.</summary>
    public long RemoveAllUnused(CancellationToken cancellationToken) => List().Sum(name =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        return RemoveUnused(name);
    });

    /// <summary>All files: their number, their disk space, what the links to them would take as copies, and what no tree has.</summary>
    public SharedFilesSize Measure(CancellationToken cancellationToken)
    {
        SharedFilesSize size = default;
        foreach (string name in List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (LinuxFiles.TryRead(_folder, name) is { } file)
            {
                size = size.With(file);
            }
        }

        return size;
    }

    /// <summary>The names of the files, with the digest that each promises.</summary>
    public IEnumerable<string> List()
    {
        foreach (string folder in Directory.EnumerateDirectories(_directory))
        {
            string prefix = Path.GetFileName(folder);
            if (prefix != TemporaryFolder)
            {
                foreach (string path in Directory.EnumerateFiles(folder))
                {
                    yield return $"{prefix}/{Path.GetFileName(path)}";
                }
            }
        }
    }

    /// <summary>Whether the file has the content its name promises; null when it is gone.</summary>
    public bool? IsIntact(string name)
    {
        if (name.Length <= DigestAt + (2 * Sha256.SizeBytes) || !Sha256.TryParse(name.Substring(DigestAt, 2 * Sha256.SizeBytes), out Sha256 digest))
        {
            return false;
        }

        try
        {
            using SafeFileHandle file = LinuxFiles.OpenFile(_folder, name);
            using FileStream content = new(file, FileAccess.Read, bufferSize: 0);
            Span<byte> actual = stackalloc byte[Sha256.SizeBytes];
            SHA256.HashData(content, actual);
            return new Sha256(actual) == digest;
        }
        catch (IOException failure)
        {
            return failure.HResult == LinuxFiles.ENOENT ? null : false;
        }
    }

    public FileStatus? TryRead(string name) => LinuxFiles.TryRead(_folder, name);

    public void Remove(string name)
    {
        if (LinuxFiles.TryRead(_folder, name) is not null)
        {
            LinuxFiles.DeleteFile(_folder, name);
        }
    }

    /// <summary>Gives up all files: trees keep theirs, new trees get new ones.</summary>
    public void MoveTo(TreeTrash trash)
    {
        foreach (string folder in Directory.EnumerateDirectories(_directory).Where(static folder => Path.GetFileName(folder) != TemporaryFolder))
        {
            trash.Take(_folder, Path.GetFileName(folder));
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// One link is the store's own. Should a tree link it just now, that tree keeps it, and the next one gets a new file.
    /// </summary>
    private long RemoveUnused(string name)
    {
        if (LinuxFiles.TryRead(_folder, name) is not { Links: 1 } unused)
        {
            return 0;
        }

        LinuxFiles.DeleteFile(_folder, name);
        return unused.DiskBytes;
    }

    internal static string NameOf(TreeEntry entry)
    {
        string digest = entry.Digest.ToString();
        return $"{digest[..2]}/{digest}-{Convert.ToString(entry.Mode, 8)}";
    }

    /// <summary>Makes <paramref name="to"/> the same inode as <paramref name="from"/> in one step; false when that has no link left.</summary>
    private bool TryReplace(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to)
    {
        string temporary = $"{TemporaryFolder}/{Guid.NewGuid():N}";
        int errno = LinuxFiles.TryLink(fromFolder, from, _folder, temporary);
        if (errno is LinuxFiles.EMLINK or LinuxFiles.ENOENT)
        {
            return false;
        }

        errno = errno == 0 ? LinuxFiles.TryRename(_folder, temporary, toFolder, to) : errno;
        return errno == 0 ? true : throw LinuxFiles.Error(errno, to);
    }
}

/// <param name="LinkedBytes">What all links from trees would take as copies.</param>
/// <param name="UnusedBytes">Of files that no tree has.</param>
internal readonly record struct SharedFilesSize(long Count, long DiskBytes, long LinkedBytes, long UnusedBytes)
{
    public SharedFilesSize With(in FileStatus file) => new(
        Count + 1,
        DiskBytes + file.DiskBytes,
        LinkedBytes + ((file.Links - 1) * file.DiskBytes),
        UnusedBytes + (file.Links == 1 ? file.DiskBytes : 0));
}
