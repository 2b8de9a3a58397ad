using System.IO.Compression;
using System.Text;

namespace Lamina.EndToEnd.Tests;

/// <summary>Builds zips as `zip` does on Linux: with modes and symlinks.</summary>
internal sealed class Archive
{
    private const int RegularFile = 0x8000;
    private const int SymbolicLink = 0xA000;

    private readonly MemoryStream _bytes = new();
    private readonly ZipArchive _zip;

    public Archive() => _zip = new ZipArchive(_bytes, ZipArchiveMode.Create, leaveOpen: true);

    public static byte[] Of(string path, string content) => new Archive().File(path, content).ToArray();

    public Archive File(string path, string content, int mode = 0x1A4) => Entry(path, Encoding.UTF8.GetBytes(content), RegularFile | mode);

    public Archive File(string path, byte[] content, int mode = 0x1A4, CompressionLevel compression = CompressionLevel.Fastest) =>
        Entry(path, content, RegularFile | mode, compression);

    public Archive Link(string path, string target) => Entry(path, Encoding.UTF8.GetBytes(target), SymbolicLink | 0x1FF);

    public byte[] ToArray()
    {
        _zip.Dispose();
        return _bytes.ToArray();
    }

    private Archive Entry(string path, byte[] content, int unixMode, CompressionLevel compression = CompressionLevel.Fastest)
    {
        ZipArchiveEntry entry = _zip.CreateEntry(path, compression);
        entry.ExternalAttributes = unixMode << 16;

        // The same files give the same bytes, whenever they are asked for.
        entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(30);
        using Stream stream = entry.Open();
        stream.Write(content);
        return this;
    }
}
