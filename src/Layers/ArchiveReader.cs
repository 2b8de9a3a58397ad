using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>A stored archive, put together while it is read. Its files stay readable when they are deleted or replaced meanwhile.</summary>
internal sealed class ArchiveReader : ArchiveSource, IDisposable
{
    private readonly Dictionary<Sha256, SafeFileHandle> _files;
    private readonly ImmutableArray<ArchivePiece> _pieces;
    private readonly byte[]?[] _shifted;
    private readonly Lock _shifting = new();

    public ArchiveReader(Sha256 digest, ArchiveRecipe recipe, Dictionary<Sha256, SafeFileHandle> files)
    {
        Digest = digest;
        Recipe = recipe;
        _pieces = recipe.Pieces;
        _files = files;
        _shifted = new byte[]?[_pieces.Length];
    }

    public Sha256 Digest { get; }

    public ArchiveRecipe Recipe { get; }

    public override long Length => Recipe.Length;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        int index = IndexOf(offset);
        ArchivePiece piece = _pieces[index];
        long within = offset - piece.Start;
        Span<byte> part = buffer[..(int)Math.Min(buffer.Length, piece.Length - within)];
        if (piece.Shift is not null)
        {
            Shifted(index).AsSpan((int)within, part.Length).CopyTo(part);
            return part.Length;
        }

        int count = RandomAccess.Read(_files[piece.File], part, piece.Offset + within);
        return count > 0 ? count : throw CutOff(piece);
    }

    /// <summary>The files' places that hold a range of the archive, piece by piece.</summary>
    public IEnumerable<ArchivePiece> PlacesOf(long offset, long length)
    {
        for (int i = IndexOf(offset); length > 0; i++)
        {
            ArchivePiece piece = _pieces[i];
            long within = offset - piece.Start;
            long part = Math.Min(length, piece.Length - within);
            yield return piece with { Start = offset, Length = part, Offset = piece.Offset + within };
            offset += part;
            length -= part;
        }
    }

    /// <summary>Bytes of a file as they stand there.</summary>
    public void ReadPlace(in ArchivePiece place, long within, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = RandomAccess.Read(_files[place.File], buffer, place.Offset + within);
            if (count == 0)
            {
                throw CutOff(place);
            }

            within += count;
            buffer = buffer[count..];
        }
    }

    public void Dispose()
    {
        foreach (SafeFileHandle file in _files.Values)
        {
            file.Dispose();
        }
    }

    private int IndexOf(long offset)
    {
        int low = 0;
        int high = _pieces.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _pieces[middle].Start <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private byte[] Shifted(int index)
    {
        lock (_shifting)
        {
            if (_shifted[index] is { } known)
            {
                return known;
            }

            ArchivePiece piece = _pieces[index];
            byte[] records = new byte[piece.Length];
            ReadPlace(piece, 0, records);
            for (Span<byte> rest = records; !rest.IsEmpty;)
            {
                int length = CentralRecord.ShiftHeaderOffset(rest, piece.Shift!.Value);
                rest = rest[length..];
            }

            return _shifted[index] = records;
        }
    }

    private InvalidDataException CutOff(in ArchivePiece piece) =>
        new($"The archive {Digest} is damaged: the file of {piece.File} ends before byte {piece.Offset + piece.Length}.");
}

/// <summary>A stored archive as a stream that can be positioned.</summary>
internal sealed class ArchiveStream(ArchiveReader archive) : ReadOnlyStream
{
    public override bool CanSeek => true;

    public override long Length => archive.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = archive.Read(Position, buffer);
        Position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            archive.Dispose();
        }

        base.Dispose(disposing);
    }
}
