using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Lamina.Rooms.Tests.Layers;

/// <summary>One entry as the test wants it on the disk, lies included.</summary>
public sealed record ZipItem
{
    public required byte[] Name { get; init; }

    public byte[] Content { get; init; } = [];

    /// <summary>Upper half of the external attributes: kind and permissions.</summary>
    public int Mode { get; init; }

    /// <summary>Lower half of the external attributes.</summary>
    public int DosAttributes { get; init; }

    /// <summary>Who made it: 3 Unix, 0 DOS.</summary>
    public byte Host { get; init; } = 3;

    public ushort Flags { get; init; } = 0x0800;

    public ushort Method { get; init; } = 8;

    public byte[]? LocalName { get; init; }

    public uint? Crc { get; init; }

    public long? Size { get; init; }

    public byte[] Extra { get; init; } = [];

    /// <summary>Numbers behind the content, as when written to a pipe.</summary>
    public bool Streamed { get; init; }

    public bool Zip64 { get; init; }

    /// <summary>Claims the place of an earlier entry.</summary>
    public int? SameOffsetAs { get; init; }
}

/// <summary>Writes zips byte by byte, so that they can be wrong in any way a test needs.</summary>
public sealed class ZipBuilder
{
    private readonly List<ZipItem> _items = [];

    public byte[] Prefix { get; init; } = [];

    public string Comment { get; init; } = "";

    public int? ClaimedEntries { get; init; }

    public bool Zip64End { get; init; }

    public static byte[] Of(params (string Name, string Content)[] files)
    {
        ZipBuilder zip = new();
        foreach ((string name, string content) in files)
        {
            zip.File(name, content);
        }

        return zip.Build();
    }

    public ZipBuilder Add(ZipItem item)
    {
        _items.Add(item);
        return this;
    }

    public ZipBuilder File(string name, string content, int mode = 0x1A4) =>
        Add(new ZipItem { Name = Encoding.UTF8.GetBytes(name), Content = Encoding.UTF8.GetBytes(content), Mode = 0x8000 | mode });

    public ZipBuilder Folder(string name, int mode = 0x1ED) =>
        Add(new ZipItem { Name = Encoding.UTF8.GetBytes(name.TrimEnd('/') + "/"), Mode = 0x4000 | mode, Method = 0 });

    public ZipBuilder Link(string name, string target) =>
        Add(new ZipItem { Name = Encoding.UTF8.GetBytes(name), Content = Encoding.UTF8.GetBytes(target), Mode = 0xA1FF, Method = 0 });

    public byte[] Build()
    {
        MemoryStream zip = new();
        zip.Write(Prefix);
        List<(ZipItem Item, byte[] Packed, long Offset)> written = [];
        foreach (ZipItem item in _items)
        {
            byte[] packed = Pack(item);
            long offset = item.SameOffsetAs is { } other ? written[other].Offset : zip.Position - Prefix.Length;
            if (item.SameOffsetAs is null)
            {
                WriteLocal(zip, item, packed);
            }

            written.Add((item, packed, offset));
        }

        long start = zip.Position - Prefix.Length;
        written.ForEach(entry => WriteCentral(zip, entry.Item, entry.Packed, entry.Offset));
        WriteEnd(zip, start);
        return zip.ToArray();
    }

    private static byte[] Pack(ZipItem item)
    {
        if (item.Method != 8)
        {
            return item.Content;
        }

        MemoryStream packed = new();
        using (DeflateStream deflate = new(packed, CompressionLevel.Fastest))
        {
            deflate.Write(item.Content);
        }

        return packed.ToArray();
    }

    private static void WriteLocal(MemoryStream zip, ZipItem item, byte[] packed)
    {
        byte[] name = item.LocalName ?? item.Name;
        byte[] extra = item.Zip64 ? Zip64Extra(item, packed, offset: null) : [];
        uint crc = item.Crc ?? Crc32.HashToUInt32(item.Content);
        long size = item.Size ?? item.Content.Length;
        Write(zip, 0x04034b50u, (ushort)20, (ushort)(item.Flags | (item.Streamed ? 8 : 0)), item.Method, 0u, item.Streamed ? 0u : crc);
        Write(zip, Narrow(item, packed.Length), Narrow(item, size), (ushort)name.Length, (ushort)extra.Length);
        zip.Write(name);
        zip.Write(extra);
        zip.Write(packed);
        if (item.Streamed)
        {
            Write(zip, 0x08074b50u, crc, (uint)packed.Length, (uint)size);
        }
    }

    private static uint Narrow(ZipItem item, long number) => item.Streamed ? 0 : item.Zip64 ? uint.MaxValue : (uint)number;

    private static byte[] Zip64Extra(ZipItem item, byte[] packed, long? offset)
    {
        MemoryStream extra = new();
        Write(extra, (ushort)1, (ushort)(offset is null ? 16 : 24), item.Size ?? item.Content.Length, (long)packed.Length);
        if (offset is { } at)
        {
            Write(extra, at);
        }

        return extra.ToArray();
    }

    private static void WriteCentral(MemoryStream zip, ZipItem item, byte[] packed, long offset)
    {
        byte[] extra = [.. item.Extra, .. item.Zip64 ? Zip64Extra(item, packed, offset) : []];
        uint packedLength = item.Zip64 ? uint.MaxValue : (uint)packed.Length;
        uint size = item.Zip64 ? uint.MaxValue : (uint)(item.Size ?? item.Content.Length);
        Write(zip, 0x02014b50u, (ushort)((item.Host << 8) | 30), (ushort)20, (ushort)(item.Flags | (item.Streamed ? 8 : 0)), item.Method, 0u);
        Write(zip, item.Crc ?? Crc32.HashToUInt32(item.Content), packedLength, size, (ushort)item.Name.Length, (ushort)extra.Length);
        Write(zip, (ushort)0, (ushort)0, (ushort)0, (uint)((item.Mode << 16) | item.DosAttributes), item.Zip64 ? uint.MaxValue : (uint)offset);
        zip.Write(item.Name);
        zip.Write(extra);
    }

    private void WriteEnd(MemoryStream zip, long start)
    {
        long bytes = zip.Position - Prefix.Length - start;
        long entries = ClaimedEntries ?? _items.Count;
        if (Zip64End)
        {
            long at = zip.Position - Prefix.Length;
            Write(zip, 0x06064b50u, 44L, (ushort)45, (ushort)45, 0u, 0u, entries, entries, bytes, start);
            Write(zip, 0x07064b50u, 0u, at, 1u);
            Write(zip, 0x06054b50u, (ushort)0, (ushort)0, ushort.MaxValue, ushort.MaxValue, uint.MaxValue, uint.MaxValue, (ushort)0);
            return;
        }

        Write(zip, 0x06054b50u, (ushort)0, (ushort)0, (ushort)entries, (ushort)entries, (uint)bytes, (uint)start, (ushort)Comment.Length);
        zip.Write(Encoding.ASCII.GetBytes(Comment));
    }

    private static void Write(MemoryStream zip, params ReadOnlySpan<object> numbers)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (object number in numbers)
        {
            int length = number switch
            {
                ushort => 2,
                uint => 4,
                _ => 8,
            };
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Convert.ToUInt64(number, System.Globalization.CultureInfo.InvariantCulture));
            zip.Write(bytes[..length]);
        }
    }
}
