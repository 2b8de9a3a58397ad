using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Lamina.Contract;

namespace Lamina.Cli.Archives;

/// <summary>
/// A folder as the zip that Lambda takes. The same content gives the same bytes wherever and whenever it is zipped: names are
/// sorted, times are fixed. Modes and symlinks are kept as Info-ZIP keeps them (the upper half of the external attributes).
/// </summary>
internal static class FolderArchive
{
    private const int FileType = 0x8000;
    private const int DirectoryType = 0x4000;
    private const int SymlinkType = 0xA000;
    private const int SymlinkMode = 0x1FF;

    /// <summary>MS-DOS's own directory bit, for unzippers that look only at the lower half.</summary>
    private const int DosDirectory = 0x10;

    /// <summary>The oldest time a zip can say.</summary>
    private static readonly DateTimeOffset FixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The archive of a folder, or the bytes of a zip that already is one.</summary>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        byte[] archive = Directory.Exists(path)
            ? await ZipAsync(path, cancellationToken)
            : File.Exists(path)
                ? await File.ReadAllBytesAsync(path, cancellationToken)
                : throw new CliError("There is no such folder or zip file.", Path.GetFullPath(path), "Check the path.");
        if (archive.Length > Limits.ZippedUploadBytes)
        {
            throw TooLarge(path, "zipped", archive.Length, Limits.ZippedUploadBytes);
        }

        return archive;
    }

    public static async Task<byte[]> ZipAsync(string folder, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = await ZipAsync(List(folder), CompressionLevel.Optimal, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>What is in the folder, in the order of the archive; an error when that is nothing, or more than Lambda takes.</summary>
    public static ImmutableArray<FolderEntry> List(string folder) => List(folder, []);

    /// <param name="leaveOut">Names that are not wanted in the folder itself.</param>
    public static ImmutableArray<FolderEntry> List(string folder, ImmutableHashSet<string> leaveOut)
    {
        ImmutableArray<FolderEntry> entries =
            [.. Entries(new DirectoryInfo(folder), string.Empty, leaveOut).OrderBy(e => e.Name, StringComparer.Ordinal)];
        if (entries.IsEmpty)
        {
            throw new CliError("The folder is empty, and Lambda takes no empty zip.", Path.GetFullPath(folder), "Check the path.");
        }

        long sizeBytes = entries.Sum(entry => entry.SizeBytes);
        return sizeBytes <= Limits.UnzippedBytes ? entries : throw TooLarge(folder, "unzipped", sizeBytes, Limits.UnzippedBytes);
    }

    /// <summary>A file alone, under its own name.</summary>
    public static FolderEntry EntryOf(FileInfo file) =>
        new(file.Name, file.FullName, FileType | (int)file.UnixFileMode, file.Length, null, file.LastWriteTimeUtc);

    public static async Task<MemoryStream> ZipAsync(
        IReadOnlyList<FolderEntry> entries, CompressionLevel level, CancellationToken cancellationToken)
    {
        // What is not compressed has a known size, and a stream that grows to it would hold it twice.
        var bytes = new MemoryStream(level == CompressionLevel.NoCompression ? (int)StoredBytes(entries) : 0);
        await using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach (FolderEntry entry in entries)
            {
                await WriteAsync(zip, entry, level, cancellationToken);
            }
        }

        return bytes;
    }

    /// <summary>Content, and for each entry its name and headers twice: before the content and in the directory at the end.</summary>
    private static long StoredBytes(IReadOnlyList<FolderEntry> entries) => entries.Sum(static entry => entry.SizeBytes + (2 * entry.Name.Length) + 128);

    private static async Task WriteAsync(ZipArchive zip, FolderEntry entry, CompressionLevel level, CancellationToken cancellationToken)
    {
        ZipArchiveEntry written = zip.CreateEntry(entry.Name, level);
        written.LastWriteTime = FixedTime;
        written.ExternalAttributes = (entry.TypeAndMode << 16) | (entry.Name.EndsWith('/') ? DosDirectory : 0);
        if (entry.LinkTarget is not null)
        {
            await using Stream target = await written.OpenAsync(cancellationToken);
            await target.WriteAsync(Encoding.UTF8.GetBytes(entry.LinkTarget), cancellationToken);
        }
        else if (entry.SizeBytes > 0)
        {
            await using Stream content = await written.OpenAsync(cancellationToken);
            await using FileStream source = File.OpenRead(entry.Path);
            await source.CopyToAsync(content, cancellationToken);
        }
    }

    private static IEnumerable<FolderEntry> Entries(DirectoryInfo folder, string prefix, ImmutableHashSet<string> leaveOut)
    {
        foreach (FileSystemInfo found in folder.EnumerateFileSystemInfos().Where(found => !leaveOut.Contains(found.Name)))
        {
            string name = prefix + found.Name;
            if (found.LinkTarget is { } target)
            {
                yield return new FolderEntry(name, found.FullName, SymlinkType | SymlinkMode, 0, target, default);
            }
            else if (found is DirectoryInfo inner)
            {
                yield return new FolderEntry($"{name}/", found.FullName, DirectoryType | (int)found.UnixFileMode, 0, null, default);
                foreach (FolderEntry entry in Entries(inner, $"{name}/", []))
                {
                    yield return entry;
                }
            }
            else
            {
                long sizeBytes = ((FileInfo)found).Length;
                yield return new FolderEntry(name, found.FullName, FileType | (int)found.UnixFileMode, sizeBytes, null, found.LastWriteTimeUtc);
            }
        }
    }

    public static CliError TooLarge(string path, string state, long sizeBytes, long limitBytes) => new(
        string.Create(CultureInfo.InvariantCulture, $"Too large {state}: {sizeBytes:N0} bytes; Lambda takes {limitBytes:N0}."),
        Path.GetFullPath(path),
        "Leave out what is not needed at run time (tests, docs, caches), or split it into layers.");
}
