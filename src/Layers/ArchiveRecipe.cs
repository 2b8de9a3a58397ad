using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>Where a stretch of an archive's bytes stands.</summary>
/// <param name="Start">In the archive.</param>
/// <param name="File">The stored archive whose file holds the bytes: always bytes that stand there as they are, never another piece.</param>
/// <param name="Offset">In that file.</param>
/// <param name="Shift">
/// Null for bytes taken as they are. Otherwise the stretch is whole records of a central directory, and this is added to the header
/// offset of each: they move when an entry before them changes its size, and nothing else of them does.
/// </param>
internal readonly record struct ArchivePiece(long Start, long Length, Sha256 File, long Offset, long? Shift)
{
    public long End => Start + Length;

    /// <summary>The piece and its successor as one, when they are one stretch of one file.</summary>
    public ArchivePiece? TryJoin(in ArchivePiece next) =>
        next.File == File && next.Offset == Offset + Length && next.Shift == Shift ? this with { Length = Length + next.Length } : null;
}

/// <summary>
/// How an archive is put together from its own file and from others. It stands at the end of the archive's own file, behind the bytes that
/// only this archive has, so that those keep their places when the recipe changes:
/// <code>
/// own bytes | length of the archive, sources (32 bytes each), pieces | u32 recipe length | u32 CRC-32 of the recipe | LAMINAR1
/// </code>
/// Numbers are LEB128, places count from the end of the former piece of the same file (zigzag), so a run of neighbours is a few bytes.
/// </summary>
internal sealed class ArchiveRecipe
{
    public const int TrailerBytes = 16;
    private static readonly byte[] Magic = "LAMINAR1"u8.ToArray();

    public ArchiveRecipe(IEnumerable<ArchivePiece> pieces) => Pieces = [.. pieces];

    /// <summary>Without gaps, in order, from the archive's first byte to its last.</summary>
    public ImmutableArray<ArchivePiece> Pieces { get; }

    public long Length => Pieces[^1].End;

    /// <summary>The other files that this one needs.</summary>
    public IEnumerable<Sha256> SourcesOf(Sha256 self) => Pieces.Select(static piece => piece.File).Where(file => file != self).Distinct();

    public byte[] ToBytes(Sha256 self)
    {
        List<Sha256> files = [self, .. SourcesOf(self)];
        Dictionary<Sha256, int> index = files.Select(static (file, i) => (file, i)).ToDictionary(static pair => pair.file, static pair => pair.i);
        long[] ends = new long[files.Count];
        using MemoryStream bytes = new();
        WriteNumber(bytes, Length);
        WriteNumber(bytes, files.Count - 1);
        Span<byte> digest = stackalloc byte[Sha256.SizeBytes];
        foreach (Sha256 file in files.Skip(1))
        {
            file.CopyTo(digest);
            bytes.Write(digest);
        }

        WriteNumber(bytes, Pieces.Length);
        foreach (ArchivePiece piece in Pieces)
        {
            int file = index[piece.File];
            WriteNumber(bytes, ((long)file << 1) | (piece.Shift is null ? 0L : 1L));
            WriteSigned(bytes, piece.Offset - ends[file]);
            WriteNumber(bytes, piece.Length);
            if (piece.Shift is { } shift)
            {
                WriteSigned(bytes, shift);
            }

            ends[file] = piece.Offset + piece.Length;
        }

        byte[] recipe = bytes.ToArray();
        byte[] all = new byte[recipe.Length + TrailerBytes];
        recipe.CopyTo(all, 0);
        Span<byte> trailer = all.AsSpan(recipe.Length);
        BinaryPrimitives.WriteInt32LittleEndian(trailer, recipe.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], Crc32.HashToUInt32(recipe));
        Magic.CopyTo(trailer[8..]);
        return all;
    }

    /// <summary>The length of the recipe from the last <see cref="TrailerBytes"/> bytes of a file.</summary>
    public static int LengthOf(ReadOnlySpan<byte> trailer, long fileBytes)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        return trailer[8..].SequenceEqual(Magic) && length > 0 && length <= fileBytes - TrailerBytes ? length : throw Damaged();
    }

    public static ArchiveRecipe Parse(Sha256 self, ReadOnlySpan<byte> recipe, ReadOnlySpan<byte> trailer)
    {
        if (Crc32.HashToUInt32(recipe) != BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]))
        {
            throw Damaged();
        }

        long length = ReadNumber(ref recipe);
        Sha256[] files = new Sha256[ReadNumber(ref recipe) + 1];
        files[0] = self;
        for (int i = 1; i < files.Length; i++)
        {
            files[i] = new Sha256(recipe[..Sha256.SizeBytes]);
            recipe = recipe[Sha256.SizeBytes..];
        }

        long[] ends = new long[files.Length];
        ArchivePiece[] pieces = new ArchivePiece[ReadNumber(ref recipe)];
        long start = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = ReadPiece(ref recipe, start, files, ends);
            start = pieces[i].End;
        }

        return start == length && pieces.Length > 0 ? new ArchiveRecipe(pieces) : throw Damaged();
    }

    private static ArchivePiece ReadPiece(ref ReadOnlySpan<byte> recipe, long start, Sha256[] files, long[] ends)
    {
        long kind = ReadNumber(ref recipe);
        int file = (int)(kind >> 1);
        long offset = ends[file] + ReadSigned(ref recipe);
        long length = ReadNumber(ref recipe);
        long? shift = (kind & 1) != 0 ? ReadSigned(ref recipe) : null;
        ends[file] = offset + length;
        return new ArchivePiece(start, length, files[file], offset, shift);
    }

    private static InvalidDataException Damaged() => new("The list of the archive's pieces is damaged.");

    private static void WriteSigned(MemoryStream bytes, long number) => WriteNumber(bytes, (number << 1) ^ (number >> 63));

    private static void WriteNumber(MemoryStream bytes, long number)
    {
        ulong rest = (ulong)number;
        while (rest >= 0x80)
        {
            bytes.WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        bytes.WriteByte((byte)rest);
    }

    private static long ReadSigned(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = (ulong)ReadNumber(ref bytes);
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (int i = 0; i < 10 && i < bytes.Length; i++)
        {
            number |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return (long)number;
            }
        }

        throw Damaged();
    }
}
