using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Lamina.EndToEnd.Tests;

/// <summary>Makes archives that must be refused: broken ones and hostile ones.</summary>
internal static class MalformedZip
{
    private static readonly string[] s_hostileNames =
    [
        "../escape", "a/../../escape", "/absolute", "a/../b/../../c", "..", "./../x", "nul\0l", new string('n', 256),
        string.Join('/', Enumerable.Repeat("deep", 1_001)),
    ];

    public static byte[] Next(Random random) => random.Next(7) switch
    {
        0 => Garbage(random),
        1 => Truncated(random),
        2 => new Archive().File("fine", "x").File(s_hostileNames[random.Next(s_hostileNames.Length)], "x").ToArray(),
        3 => WithMode(random.Next(3) switch { 0 => 0x2000, 1 => 0x6000, _ => 0x1000 }),
        4 => new Archive().Link("link", random.Next(2) == 0 ? "/etc" : "..").File("link/passwd", "x").ToArray(),
        5 => DamagedContent(random),
        _ => WrongChecksum(),
    };

    private static byte[] Garbage(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 5_000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Whole(Random random)
    {
        byte[] content = new byte[random.Next(500, 5_000)];
        random.NextBytes(content);
        return new Archive().File("index.py", content).File("other", "text").ToArray();
    }

    private static byte[] Truncated(Random random)
    {
        byte[] whole = Whole(random);
        return whole[..random.Next(1, whole.Length - 1)];
    }

    /// <summary>An entry that says it is a device or a pipe.</summary>
    private static byte[] WithMode(int type)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            ZipArchiveEntry entry = zip.CreateEntry("device");
            entry.ExternalAttributes = (type | 0x1B6) << 16;
            using Stream stream = entry.Open();
            stream.Write(Encoding.UTF8.GetBytes("x"));
        }

        return bytes.ToArray();
    }

    /// <summary>The first entry's content is overwritten: neither its length nor its checksum can be right.</summary>
    private static byte[] DamagedContent(Random random)
    {
        byte[] whole = Whole(random);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(26));
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(28));
        random.NextBytes(whole.AsSpan(30 + nameLength + extraLength, 200));
        return whole;
    }

    private static byte[] WrongChecksum()
    {
        byte[] whole = Archive.Of("file", "some content");
        int central = whole.AsSpan().IndexOf("PK\u0001\u0002"u8);
        whole[central + 16] ^= 0xFF;
        return whole;
    }
}
