using System.Buffers.Binary;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// A few numbers by which similar archives are found: (CRC, size) of the largest entries, and of those with the smallest hash
/// (equal archives but for one file have most of these in common, however many files they have). As a record of a file:
/// <code>
/// digest 32 | tree 32 | i64 zipped bytes | i64 unzipped bytes | 16 × u64
/// </code>
/// </summary>
internal sealed record ArchiveSketch(StoredArchive Archive, ulong[] Keys)
{
    public const int RecordBytes = (2 * Sha256.SizeBytes) + (2 * sizeof(long)) + (KeyCount * sizeof(ulong));
    private const int KeyCount = 16;

    public static ulong[] KeysOf(ArchiveEntry[] entries)
    {
        ArchiveEntry[] files = [.. entries.Where(static entry => entry.CompressedBytes > 0)];
        IEnumerable<ulong> largest = files.OrderByDescending(static entry => entry.CompressedBytes).Take(KeyCount / 2).Select(KeyOf);
        IEnumerable<ulong> smallest = files.Select(KeyOf).Order().Take(KeyCount / 2);
        return [.. largest, .. smallest];
    }

    public void WriteTo(Span<byte> record)
    {
        record.Clear();
        Archive.Digest.CopyTo(record);
        Archive.Tree.CopyTo(record[Sha256.SizeBytes..]);
        BinaryPrimitives.WriteInt64LittleEndian(record[64..], Archive.SizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(record[72..], Archive.UnzippedBytes);
        for (int i = 0; i < Keys.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(record[(80 + (i * sizeof(ulong)))..], Keys[i]);
        }
    }

    public static ArchiveSketch Read(ReadOnlySpan<byte> record)
    {
        ulong[] keys = new ulong[KeyCount];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = BinaryPrimitives.ReadUInt64LittleEndian(record[(80 + (i * sizeof(ulong)))..]);
        }

        StoredArchive archive = new()
        {
            Digest = new Sha256(record[..Sha256.SizeBytes]),
            Tree = new Sha256(record.Slice(Sha256.SizeBytes, Sha256.SizeBytes)),
            SizeBytes = BinaryPrimitives.ReadInt64LittleEndian(record[64..]),
            UnzippedBytes = BinaryPrimitives.ReadInt64LittleEndian(record[72..]),
        };
        return new ArchiveSketch(archive, [.. keys.Where(static key => key != 0)]);
    }

    // Multiplied out, so that the order of the keys is no order of anything an archive's author can see (splitmix64's constants).
    private static ulong KeyOf(ArchiveEntry entry)
    {
        ulong key = (((ulong)entry.Crc << 32) | (uint)entry.SizeBytes) + 0x9E3779B97F4A7C15;
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return key ^ (key >> 31);
    }
}
