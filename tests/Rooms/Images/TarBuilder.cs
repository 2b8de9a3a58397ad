using System.IO.Compression;
using System.Text;

namespace Lamina.Rooms.Tests.Images;

/// <summary>Writes tar archives entry by entry, good and bad ones.</summary>
internal sealed class TarBuilder
{
    private const int BlockBytes = 512;

    private readonly MemoryStream _bytes = new();

    public TarBuilder File(string name, string content, int mode = 0x1A4) => Add('0', name, "", Encoding.UTF8.GetBytes(content), mode);

    public TarBuilder File(string name, byte[] content, int mode = 0x1ED) => Add('0', name, "", content, mode);

    public TarBuilder Folder(string name, int mode = 0x1ED) => Add('5', name, "", [], mode);

    public TarBuilder Symlink(string name, string target) => Add('2', name, target, [], 0x1FF);

    public TarBuilder HardLink(string name, string target) => Add('1', name, target, [], 0x1A4);

    public TarBuilder Whiteout(string path) =>
        File(Path.Combine(Path.GetDirectoryName(path) ?? "", $".wh.{Path.GetFileName(path)}"), "");

    public TarBuilder Opaque(string folder) => File($"{folder}/.wh..wh..opq", "");

    /// <summary>An extended header for the next entry.</summary>
    public TarBuilder Pax(string key, string value)
    {
        int length = key.Length + Encoding.UTF8.GetByteCount(value) + 3;
        length += $"{length}".Length == $"{length + $"{length}".Length}".Length ? $"{length}".Length : $"{length}".Length + 1;
        return Add('x', "pax", "", Encoding.UTF8.GetBytes($"{length} {key}={value}\n"), 0x1A4);
    }

    /// <summary>An entry of any kind.</summary>
    public TarBuilder Add(char type, string name, string target, byte[] content, int mode, long? size = null)
    {
        byte[] header = new byte[BlockBytes];
        Encoding.UTF8.GetBytes(name).AsSpan()[..Math.Min(100, Encoding.UTF8.GetByteCount(name))].CopyTo(header);
        Encoding.UTF8.GetBytes(target).CopyTo(header, 157);
        Octal(mode, header.AsSpan(100, 8));
        Octal(size ?? content.Length, header.AsSpan(124, 12));
        Octal(1_700_000_000, header.AsSpan(136, 12));
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header.Sum(static part => (long)part), header.AsSpan(148, 8));
        _bytes.Write(header);
        _bytes.Write(content);
        _bytes.Write(new byte[(BlockBytes - (content.Length % BlockBytes)) % BlockBytes]);
        return this;
    }

    public byte[] Build() => [.. _bytes.ToArray(), .. new byte[2 * BlockBytes]];

    public static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private static void Octal(long value, Span<byte> field)
    {
        string digits = Convert.ToString(value, 8).PadLeft(field.Length - 1, '0');
        Encoding.ASCII.GetBytes(digits.AsSpan(), field);
        field[^1] = 0;
    }
}
