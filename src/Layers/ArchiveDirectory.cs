using System.Buffers.Binary;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// Reads what a zip contains without inflating anything. The central directory is the truth, and the local headers have to agree
/// with it: archives that mean different things to different readers are refused.
/// </summary>
internal static class ArchiveDirectory
{
    private const uint LocalSignature = 0x04034b50;
    private const int LocalBytes = 30;
    private const ushort Encrypted = 0x0001;
    private const ushort SizesFollow = 0x0008;

    // Bit 5 compressed patch data, bit 6 strong encryption, bit 13 masked headers (APPNOTE 4.4.4).
    private const ushort NeverRead = 0x0020 | 0x0040 | 0x2000;

    public static ArchiveEntry[] Read(ArchiveSource source)
    {
        ArchiveEnd end = ArchiveEnd.Find(source);
        byte[] directory = new byte[end.DirectoryBytes];
        source.ReadExactly(end.DirectoryOffset, directory);
        ArchiveEntry[] entries = new ArchiveEntry[end.Entries];
        ReadOnlySpan<byte> rest = directory;
        for (int i = 0; i < entries.Length; i++)
        {
            CentralRecord record = CentralRecord.Read(rest);
            entries[i] = ReadEntry(source, end, record, end.DirectoryOffset + directory.Length - rest.Length);
            rest = rest[record.TotalBytes..];
        }

        if (!rest.IsEmpty)
        {
            throw ArchiveFault.Of("The central directory has more entries than it says.");
        }

        RefuseOverlaps(entries, end.DirectoryOffset);
        return entries;
    }

    private static ArchiveEntry ReadEntry(ArchiveSource source, ArchiveEnd end, in CentralRecord record, long recordOffset)
    {
        string name = ArchiveNames.Decode(record);
        RefuseUnreadable(record, name);
        (string path, bool isFolder) = ArchiveNames.Parse(name, ArchiveModes.MadeOnDos(record.MadeByHost));
        (OptEntryKind kind, int mode) = ArchiveModes.Of(record, name, isFolder);
        long header = end.PrefixBytes + record.HeaderOffset;
        return new ArchiveEntry
        {
            Path = path,
            Kind = kind,
            Mode = mode,
            Deflated = record.Method == 8,
            Crc = record.Crc,
            CompressedBytes = record.CompressedBytes,
            SizeBytes = record.SizeBytes,
            HeaderOffset = header,
            DataOffset = FindData(source, record, name, header),
            RecordOffset = recordOffset,
            RecordBytes = record.TotalBytes,
        };
    }

    private static void RefuseUnreadable(in CentralRecord record, string name)
    {
        if ((record.Flags & Encrypted) != 0)
        {
            throw ArchiveFault.At(name, "it is encrypted.");
        }

        if ((record.Flags & NeverRead) != 0 || record.Method is not (0 or 8))
        {
            throw ArchiveFault.At(name, $"its compression method ({record.Method}) is not supported; only stored and deflated are.");
        }

        if (record.Method == 0 && record.CompressedBytes != record.SizeBytes)
        {
            throw ArchiveFault.At(name, "it is stored, but its two sizes differ.");
        }

        if (record.Disk is not (0 or ushort.MaxValue))
        {
            throw ArchiveFault.At(name, "it lies in another part of a split archive.");
        }

        if (record.SizeBytes > Limits.UnzippedBytes)
        {
            throw ArchiveFault.UnzippedTooLarge();
        }
    }

    /// <summary>Reads the local header, compares it with the central record, and says where the content starts.</summary>
    private static long FindData(ArchiveSource source, in CentralRecord record, string name, long headerOffset)
    {
        Span<byte> header = stackalloc byte[LocalBytes];
        if (headerOffset < 0 || headerOffset > source.Length - LocalBytes)
        {
            throw ArchiveFault.At(name, "its header lies outside the file.");
        }

        source.ReadExactly(headerOffset, header);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        long data = headerOffset + LocalBytes + nameLength + extraLength;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature || data > source.Length)
        {
            throw ArchiveFault.At(name, "its header is damaged.");
        }

        byte[] variable = System.Buffers.ArrayPool<byte>.Shared.Rent(nameLength + extraLength + 1);
        try
        {
            Span<byte> both = variable.AsSpan(0, nameLength + extraLength);
            source.ReadExactly(headerOffset + LocalBytes, both);
            if (!both[..nameLength].SequenceEqual(record.Name) || !SameFields(header, both[nameLength..], record))
            {
                throw ArchiveFault.At(name, "its header and the central directory disagree.");
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(variable);
        }

        return data;
    }

    private static bool SameFields(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra, in CentralRecord record)
    {
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != record.Method || (flags & (Encrypted | NeverRead)) != 0)
        {
            return false;
        }

        // Whoever wrote to a pipe did not know the numbers yet; they stand behind the content, and in the central directory.
        if ((flags & SizesFollow) != 0)
        {
            return true;
        }

        (long size, long compressed) = CentralRecord.LocalSizes(
            BinaryPrimitives.ReadUInt32LittleEndian(header[22..]), BinaryPrimitives.ReadUInt32LittleEndian(header[18..]), extra);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[14..]) == record.Crc
            && size == record.SizeBytes
            && compressed == record.CompressedBytes;
    }

    /// <summary>Entries that share bytes are how a small file becomes a huge one, and how two readers see two contents.</summary>
    private static void RefuseOverlaps(ArchiveEntry[] entries, long directoryOffset)
    {
        ArchiveEntry[] byOffset = [.. entries];
        Array.Sort(byOffset, static (a, b) => a.HeaderOffset.CompareTo(b.HeaderOffset));
        for (int i = 0; i < byOffset.Length; i++)
        {
            long limit = i + 1 < byOffset.Length ? byOffset[i + 1].HeaderOffset : directoryOffset;
            if (byOffset[i].CompressedBytes > limit - byOffset[i].DataOffset)
            {
                throw ArchiveFault.At(byOffset[i].Path, "it overlaps what follows it.");
            }
        }
    }
}
