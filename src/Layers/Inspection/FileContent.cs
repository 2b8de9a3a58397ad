using System.IO.Compression;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers.Inspection;

/// <summary>One file's bytes, readable at any place.</summary>
internal abstract class FileContent : IDisposable
{
    public abstract long Length { get; }

    /// <summary>As many bytes as there are, up to the buffer's length.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    public abstract void Dispose();
}

/// <summary>
/// Where a tree's files are read from: the tree's folder, or an archive that was checked but not kept. Files are opened by paths that the
/// manifest calls files, so no symbolic link is followed.
/// </summary>
internal abstract class TreeContent
{
    /// <summary>Null when this server may not read the file either.</summary>
    public abstract FileContent? TryOpen(TreeEntry file);
}

internal sealed class FolderContent(SafeFileHandle folder) : TreeContent
{
    public override FileContent? TryOpen(TreeEntry file)
    {
        try
        {
            return new OpenFile(LinuxFiles.OpenFile(folder, file.Path));
        }
        catch (IOException refused) when (refused.HResult == EACCES)
        {
            // As an ordinary user the server is the owner, and some files shut out even that one.
            return null;
        }
    }

    private const int EACCES = 13;

    private sealed class OpenFile(SafeFileHandle file) : FileContent
    {
        public override long Length { get; } = RandomAccess.GetLength(file);

        public override int Read(long offset, Span<byte> buffer)
        {
            int filled = 0;
            while (filled < buffer.Length && RandomAccess.Read(file, buffer[filled..], offset + filled) is var count and > 0)
            {
                filled += count;
            }

            return filled;
        }

        public override void Dispose() => file.Dispose();
    }
}

/// <summary>Of an archive that <see cref="ArchiveChecker"/> has accepted, so sizes are what they say.</summary>
internal sealed class ArchiveContent : TreeContent
{
    private readonly ArchiveSource _source;
    private readonly ArchiveEntry[] _entries;
    private readonly IReadOnlyDictionary<string, int> _layout;

    public ArchiveContent(ArchiveSource source)
    {
        _source = source;
        _entries = ArchiveDirectory.Read(source);
        _layout = ArchiveLayout.Of(_entries);
    }

    public override FileContent? TryOpen(TreeEntry file)
    {
        ArchiveEntry entry = _entries[_layout[file.Path]];
        byte[] content = new byte[entry.SizeBytes];
        ArchiveSlice packed = new(_source);
        packed.MoveTo(entry.DataOffset, entry.CompressedBytes);
        if (entry.Deflated)
        {
            using DeflateStream inflating = new(packed, CompressionMode.Decompress);
            inflating.ReadExactly(content);
        }
        else
        {
            packed.ReadExactly(content);
        }

        return new InMemory(content);
    }

    private sealed class InMemory(byte[] content) : FileContent
    {
        public override long Length => content.Length;

        public override int Read(long offset, Span<byte> buffer)
        {
            int count = (int)Math.Clamp(content.Length - offset, 0, buffer.Length);
            content.AsSpan((int)Math.Min(offset, content.Length), count).CopyTo(buffer);
            return count;
        }

        public override void Dispose()
        {
        }
    }
}
