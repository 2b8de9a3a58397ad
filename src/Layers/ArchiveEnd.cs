using System.Buffers.Binary;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// The end of a zip (APPNOTE 4.3.14 to 4.3.16): where the central directory lies and how many entries it has.
/// </summary>
/// <param name="PrefixBytes">Bytes in front of the zip (a self-extracting stub); all offsets count from behind them.</param>
internal readonly record struct ArchiveEnd(int Entries, long DirectoryOffset, int DirectoryBytes, long PrefixBytes)
{
    private const uint Signature = 0x06054b50;
    private const uint Zip64Signature = 0x06064b50;
    private const uint LocatorSignature = 0x07064b50;
    private const int FixedBytes = 22;
    private const int Zip64Bytes = 56;
    private const int LocatorBytes = 20;

    public static ArchiveEnd Find(ArchiveSource source)
    {
        int tailLength = (int)Math.Min(source.Length, FixedBytes + ushort.MaxValue);
        byte[] tail = new byte[tailLength];
        source.ReadExactly(source.Length - tailLength, tail);

        // The comment, when there is one, has to end where the file ends: nothing can be hidden behind it.
        for (int at = tailLength - FixedBytes; at >= 0; at--)
        {
            ReadOnlySpan<byte> record = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == Signature
                && FixedBytes + BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) == record.Length)
            {
                return Read(source, record, source.Length - tailLength + at);
            }
        }

        throw ArchiveFault.NotAZip();
    }

    private static ArchiveEnd Read(ArchiveSource source, ReadOnlySpan<byte> record, long position)
    {
        ushort disk = BinaryPrimitives.ReadUInt16LittleEndian(record[4..]);
        ushort directoryDisk = BinaryPrimitives.ReadUInt16LittleEndian(record[6..]);
        ulong entries = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        ulong bytes = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        long directoryEnd = position;
        if (FindZip64(source, position) is { } wide)
        {
            (directoryEnd, entries, bytes, offset) = wide;
        }
        else if (disk != 0 || directoryDisk != 0)
        {
            throw ArchiveFault.Of("The archive is split into several parts.");
        }

        if (entries == 0 && bytes == 0)
        {
            throw ArchiveFault.Empty();
        }

        if (entries > Limits.ArchiveEntries)
        {
            throw TooManyEntries();
        }

        // Whatever lies between the directory's claimed end and the record that claims it shifts everything: a stub in front.
        if (bytes > (ulong)directoryEnd || offset > (ulong)directoryEnd - bytes || bytes > int.MaxValue)
        {
            throw ArchiveFault.Of("The central directory lies outside the file.");
        }

        long start = directoryEnd - (long)bytes;
        return new ArchiveEnd((int)entries, start, (int)bytes, start - (long)offset);
    }

    public static AwsError TooManyEntries() =>
        ArchiveFault.Of($"The archive has more than {Limits.ArchiveEntries} entries.");

    private static (long Position, ulong Entries, ulong Bytes, ulong Offset)? FindZip64(ArchiveSource source, long position)
    {
        Span<byte> locator = stackalloc byte[LocatorBytes];
        if (position < LocatorBytes + Zip64Bytes)
        {
            return null;
        }

        source.ReadExactly(position - LocatorBytes, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
        {
            return null;
        }

        // Its own offset first; behind a stub that is off, and then the record is where it nearly always is: just before.
        Span<byte> record = stackalloc byte[Zip64Bytes];
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        long latest = position - LocatorBytes - Zip64Bytes;
        foreach (long at in (ReadOnlySpan<long>)[claimed <= (ulong)latest ? (long)claimed : latest, latest])
        {
            source.ReadExactly(at, record);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == Zip64Signature)
            {
                return (at, BinaryPrimitives.ReadUInt64LittleEndian(record[32..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(record[40..]), BinaryPrimitives.ReadUInt64LittleEndian(record[48..]));
            }
        }

        throw ArchiveFault.Of("The zip64 record is missing.");
    }
}
