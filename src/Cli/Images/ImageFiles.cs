using System.Formats.Tar;
using System.IO.Compression;

namespace Lamina.Cli.Images;

/// <summary>The files of a saved image, in a folder or a tar archive.</summary>
internal abstract class ImageFiles : IAsyncDisposable
{
    private static readonly byte[] GzipMagic = [0x1F, 0x8B];

    /// <param name="path">A folder or a tar archive, also one compressed with gzip.</param>
    public static async Task<ImageFiles> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return new FolderFiles(path);
        }

        FileStream archive = File.OpenRead(path);
        if (await IsGzipAsync(archive, cancellationToken))
        {
            await using FileStream compressed = archive;
            archive = await InflateAsync(compressed, cancellationToken);
        }

        try
        {
            return await ArchiveFiles.ReadAsync(archive, cancellationToken);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or EndOfStreamException or FormatException)
        {
            await archive.DisposeAsync();
            throw new CliError($"This is not a tar archive: {damaged.Message}", path, "Give an OCI layout, or what `docker save` wrote.", damaged);
        }
    }

    /// <summary>Null when there is no such file.</summary>
    public abstract ImageBlob? TryOpen(string path);

    public async Task<byte[]?> TryReadAsync(string path, CancellationToken cancellationToken)
    {
        await using ImageBlob? file = TryOpen(path);
        if (file is null)
        {
            return null;
        }

        byte[] content = new byte[file.SizeBytes];
        await file.Content.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static async Task<bool> IsGzipAsync(Stream file, CancellationToken cancellationToken)
    {
        byte[] start = new byte[GzipMagic.Length];
        int read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        return read == start.Length && start.AsSpan().SequenceEqual(GzipMagic);
    }

    private static async Task<FileStream> InflateAsync(Stream compressed, CancellationToken cancellationToken)
    {
        FileStream file = new(Path.Combine(Path.GetTempPath(), $"lamina-{Guid.NewGuid():N}.tar"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        });
        await using GZipStream inflated = new(compressed, CompressionMode.Decompress);
        await inflated.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        return file;
    }

    private sealed class FolderFiles(string folder) : ImageFiles
    {
        public override ImageBlob? TryOpen(string path)
        {
            string file = Path.GetFullPath(Path.Combine(folder, path));
            if (!file.StartsWith(Path.GetFullPath(folder), StringComparison.Ordinal) || !File.Exists(file))
            {
                return null;
            }

            FileStream content = File.OpenRead(file);
            return new ImageBlob(content, content.Length);
        }
    }

    private sealed class ArchiveFiles(FileStream archive, Dictionary<string, ArchiveFile> files) : ImageFiles
    {
        private const int MostLinks = 8;

        public static async Task<ImageFiles> ReadAsync(FileStream archive, CancellationToken cancellationToken)
        {
            Dictionary<string, ArchiveFile> files = new(StringComparer.Ordinal);
            await using TarReader reader = new(archive, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.SymbolicLink)
                {
                    string? target = entry.EntryType == TarEntryType.SymbolicLink ? entry.LinkName : null;
                    files[Plain(entry.Name)] = new ArchiveFile(entry.DataOffset, entry.Length, target);
                }
            }

            return new ArchiveFiles(archive, files);
        }

        /// <summary>Old versions of docker save write a layer that is there already as a link to it.</summary>
        public override ImageBlob? TryOpen(string path)
        {
            string name = Plain(path);
            for (int links = 0; links < MostLinks && files.TryGetValue(name, out ArchiveFile? file); links++)
            {
                if (file.LinkTarget is null)
                {
                    return new ImageBlob(new FilePart(archive.SafeFileHandle, file.Offset, file.SizeBytes), file.SizeBytes);
                }

                name = Plain(Path.Combine(Path.GetDirectoryName(name) ?? "", file.LinkTarget));
            }

            return null;
        }

        public override ValueTask DisposeAsync() => archive.DisposeAsync();

        private static string Plain(string path) => Path.GetFullPath(path, "/")[1..];
    }

    private sealed record ArchiveFile(long Offset, long SizeBytes, string? LinkTarget);
}
