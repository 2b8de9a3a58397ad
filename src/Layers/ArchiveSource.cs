using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>The bytes of a zip, readable at any place by several threads at once.</summary>
internal abstract class ArchiveSource
{
    public abstract long Length { get; }

    /// <summary>Reads up to the buffer's length; 0 only at the end.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    /// <summary>The bytes where they lie when they are in memory, otherwise read into <paramref name="scratch"/>.</summary>
    public virtual ReadOnlySpan<byte> Take(long offset, Span<byte> scratch)
    {
        ReadExactly(offset, scratch);
        return scratch;
    }

    public void ReadExactly(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = Read(offset, buffer);
            if (count == 0)
            {
                throw ArchiveFault.Of("The file is cut off.");
            }

            offset += count;
            buffer = buffer[count..];
        }
    }
}

/// <summary>An archive just received.</summary>
internal sealed class MemoryArchive(ReadOnlyMemory<byte> bytes) : ArchiveSource
{
    public override long Length => bytes.Length;

    public override ReadOnlySpan<byte> Take(long offset, Span<byte> scratch) => bytes.Span.Slice((int)offset, scratch.Length);

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= bytes.Length)
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = bytes.Span[(int)offset..];
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return count;
    }
}

/// <summary>An archive in a file, or in a part of one.</summary>
internal sealed class FileArchive(SafeFileHandle file, long start, long length) : ArchiveSource
{
    public FileArchive(SafeFileHandle file)
        : this(file, 0, RandomAccess.GetLength(file))
    {
    }

    public override long Length { get; } = length;

    public override int Read(long offset, Span<byte> buffer) =>
        offset >= Length ? 0 : RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, Length - offset)], start + offset);
}

/// <summary>An archive behind a seekable stream that has one place at a time.</summary>
internal sealed class StreamArchive(Stream content) : ArchiveSource
{
    private readonly Lock _lock = new();

    public override long Length { get; } = content.Length;

    public override int Read(long offset, Span<byte> buffer)
    {
        lock (_lock)
        {
            content.Position = offset;
            return content.Read(buffer);
        }
    }
}

/// <summary>A part of an archive as a stream, for the inflater; set anew for every entry.</summary>
internal sealed class ArchiveSlice(ArchiveSource source) : ReadOnlyStream
{
    private long _position;
    private long _end;

    public void MoveTo(long offset, long length)
    {
        _position = offset;
        _end = offset + length;
    }

    public override int Read(Span<byte> buffer)
    {
        int count = source.Read(_position, buffer[..(int)Math.Min(buffer.Length, _end - _position)]);
        _position += count;
        return count;
    }
}
