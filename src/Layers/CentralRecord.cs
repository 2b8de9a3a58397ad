using System.Buffers.Binary;
using System.IO.Hashing;

namespace Lamina.Layers;

/// <summary>
/// One record of a zip's central directory as it stands there (APPNOTE 4.3.12), with zip64's wide numbers put in place:
/// <code>
/// 50 4b 01 02 | made by | needed | flags | method | time | date | crc | packed | size | name len | extra len
/// | comment len | disk | internal | external attributes | header offset | name | extra | comment
/// </code>
/// </summary>
internal readonly ref struct CentralRecord
{
    public const uint Signature = 0x02014b50;
    public const int FixedBytes = 46;

    private const ushort Zip64ExtraId = 0x0001;
    private const ushort UnicodePathExtraId = 0x7075;
    private const uint Wide = uint.MaxValue;
    private const int HeaderOffsetField = 42;

    private readonly ReadOnlySpan<byte> _fixed;

    private CentralRecord(ReadOnlySpan<byte> bytes, int nameLength, int extraLength, int commentLength)
    {
        _fixed = bytes[..FixedBytes];
        Name = bytes.Slice(FixedBytes, nameLength);
        Extra = bytes.Slice(FixedBytes + nameLength, extraLength);
        TotalBytes = FixedBytes + nameLength + extraLength + commentLength;
        CompressedBytes = BinaryPrimitives.ReadUInt32LittleEndian(_fixed[20..]);
        SizeBytes = BinaryPrimitives.ReadUInt32LittleEndian(_fixed[24..]);
        HeaderOffset = BinaryPrimitives.ReadUInt32LittleEndian(_fixed[42..]);
        WideNumbers wide = new(Find(Extra, Zip64ExtraId));
        SizeBytes = wide.Replace(SizeBytes);
        CompressedBytes = wide.Replace(CompressedBytes);
        HeaderOffset = wide.Replace(HeaderOffset);
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Extra { get; }

    public int TotalBytes { get; }

    public long CompressedBytes { get; }

    public long SizeBytes { get; }

    public long HeaderOffset { get; }

    public byte MadeByHost => _fixed[5];

    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_fixed[8..]);

    public ushort Method => BinaryPrimitives.ReadUInt16LittleEndian(_fixed[10..]);

    public uint Crc => BinaryPrimitives.ReadUInt32LittleEndian(_fixed[16..]);

    public ushort Disk => BinaryPrimitives.ReadUInt16LittleEndian(_fixed[34..]);

    public uint ExternalAttributes => BinaryPrimitives.ReadUInt32LittleEndian(_fixed[38..]);

    public static CentralRecord Read(ReadOnlySpan<byte> directory)
    {
        if (directory.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(directory) != Signature)
        {
            throw ArchiveFault.Of("The central directory is damaged.");
        }

        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
        int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
        return FixedBytes + nameLength + extraLength + commentLength <= directory.Length
            ? new CentralRecord(directory, nameLength, extraLength, commentLength)
            : throw ArchiveFault.Of("The central directory is cut off.");
    }

    /// <summary>Adds to the header offset of the record that stands here, unless that is a wide one; gives the record's length.</summary>
    public static int ShiftHeaderOffset(Span<byte> record, long shift)
    {
        if (record.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(record) != Signature)
        {
            throw new InvalidDataException("The records of a central directory are damaged.");
        }

        Span<byte> offset = record.Slice(HeaderOffsetField, sizeof(uint));
        uint before = BinaryPrimitives.ReadUInt32LittleEndian(offset);
        BinaryPrimitives.WriteUInt32LittleEndian(offset, before == Wide ? Wide : (uint)(before + shift));
        int length = FixedBytes + BinaryPrimitives.ReadUInt16LittleEndian(record[28..])
            + BinaryPrimitives.ReadUInt16LittleEndian(record[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(record[32..]);
        return length <= record.Length ? length : throw new InvalidDataException("The records of a central directory are damaged.");
    }

    /// <summary>How far the one record's header offset is from the other's, when nothing else of them differs; null otherwise.</summary>
    public static long? ShiftBetween(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        const int Behind = HeaderOffsetField + sizeof(uint);
        if (from.Length != to.Length || !from[..HeaderOffsetField].SequenceEqual(to[..HeaderOffsetField]) || !from[Behind..].SequenceEqual(to[Behind..]))
        {
            return null;
        }

        uint before = BinaryPrimitives.ReadUInt32LittleEndian(from[HeaderOffsetField..]);
        uint after = BinaryPrimitives.ReadUInt32LittleEndian(to[HeaderOffsetField..]);
        return before == Wide || after == Wide ? null : (long)after - before;
    }

    /// <summary>
    /// The name in UTF-8 that Info-ZIP adds when the plain one is in another code page: version, CRC of the plain name, text.
    /// Empty when there is none, or when it belongs to another plain name.
    /// </summary>
    public ReadOnlySpan<byte> UnicodePath()
    {
        ReadOnlySpan<byte> field = Find(Extra, UnicodePathExtraId);
        return field.Length > 5 && field[0] == 1 && BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(Name)
            ? field[5..]
            : [];
    }

    /// <summary>The first extra field of this kind, without its header; empty when there is none. A torn tail is ignored, as unzip does.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (4 + length > extra.Length)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == id)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    /// <summary>The sizes in a local header, wide ones included.</summary>
    public static (long SizeBytes, long CompressedBytes) LocalSizes(uint size, uint compressed, ReadOnlySpan<byte> extra)
    {
        WideNumbers wide = new(Find(extra, Zip64ExtraId));
        long wideSize = wide.Replace(size);
        return (wideSize, wide.Replace(compressed));
    }

    /// <summary>The zip64 field: only those numbers that are all ones in the record, in a fixed order.</summary>
    private ref struct WideNumbers(ReadOnlySpan<byte> field)
    {
        private ReadOnlySpan<byte> _rest = field;

        public long Replace(long number)
        {
            if (number != Wide || _rest.Length < 8)
            {
                return number;
            }

            long wide = BinaryPrimitives.ReadInt64LittleEndian(_rest);
            _rest = _rest[8..];
            return wide >= 0 ? wide : throw ArchiveFault.Of("A zip64 number is too large.");
        }
    }
}
