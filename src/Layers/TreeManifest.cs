using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>One path of a tree.</summary>
/// <param name="Path">Relative to the tree.</param>
/// <param name="Digest">Of a file's content.</param>
/// <param name="LinkTarget">Of a symbolic link, as it is.</param>
internal sealed record TreeEntry(string Path, OptEntryKind Kind, int Mode, long SizeBytes, Sha256 Digest, string? LinkTarget);

/// <summary>
/// What a tree consists of, every folder included, in ordinal order of the paths. As bytes it is canonical: equal trees have equal bytes,
/// so its digest names the tree. A line for the version, then one record per path; paths may contain anything but NUL:
/// <code>
/// lamina tree 1\n
/// d 755 python\0
/// f 644 1234 9f86d0…0a08 python/shared.py\0
/// l 777 libz.so\0libz.so.1\0
/// </code>
/// </summary>
internal sealed class TreeManifest
{
    private static readonly byte[] Header = "lamina tree 1\n"u8.ToArray();

    private TreeManifest(ImmutableArray<TreeEntry> entries) => Entries = entries;

    public ImmutableArray<TreeEntry> Entries { get; }

    public long UnzippedBytes => Entries.Sum(static entry => entry.Kind == OptEntryKind.File ? entry.SizeBytes : 0);

    public static TreeManifest Of(IEnumerable<TreeEntry> entries)
    {
        ImmutableArray<TreeEntry>.Builder sorted = ImmutableArray.CreateBuilder<TreeEntry>();
        sorted.AddRange(entries);
        sorted.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new TreeManifest(sorted.DrainToImmutable());
    }

    public byte[] ToBytes()
    {
        ArrayBufferWriter<byte> bytes = new(Header.Length + (Entries.Length * 128));
        bytes.Write(Header);
        foreach (TreeEntry entry in Entries)
        {
            string mode = Convert.ToString(entry.Mode, 8);
            string fields = entry.Kind switch
            {
                OptEntryKind.Directory => $"d {mode} {entry.Path}\0",
                OptEntryKind.Symlink => $"l {mode} {entry.Path}\0{entry.LinkTarget}\0",
                _ => string.Create(CultureInfo.InvariantCulture, $"f {mode} {entry.SizeBytes} {entry.Digest} {entry.Path}\0"),
            };
            Encoding.UTF8.GetBytes(fields, bytes);
        }

        return bytes.WrittenSpan.ToArray();
    }

    public static TreeManifest Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Header))
        {
            throw new InvalidDataException("These bytes are not the manifest of a tree.");
        }

        ReadOnlySpan<byte> rest = bytes[Header.Length..];
        ImmutableArray<TreeEntry>.Builder entries = ImmutableArray.CreateBuilder<TreeEntry>();
        while (!rest.IsEmpty)
        {
            entries.Add(ParseEntry(ref rest));
        }

        return new TreeManifest(entries.DrainToImmutable());
    }

    private static TreeEntry ParseEntry(ref ReadOnlySpan<byte> rest)
    {
        byte kind = Take(ref rest, (byte)' ')[0];
        int mode = Convert.ToInt32(Encoding.ASCII.GetString(Take(ref rest, (byte)' ')), 8);
        switch (kind)
        {
            case (byte)'d':
                return new TreeEntry(TakeText(ref rest), OptEntryKind.Directory, mode, 0, default, null);
            case (byte)'l':
                string link = TakeText(ref rest);
                string target = TakeText(ref rest);
                return new TreeEntry(link, OptEntryKind.Symlink, mode, Encoding.UTF8.GetByteCount(target), default, target);
            case (byte)'f' when Utf8Parser.TryParse(Take(ref rest, (byte)' '), out long size, out _):
                Sha256 digest = new(Convert.FromHexString(Take(ref rest, (byte)' ')));
                return new TreeEntry(TakeText(ref rest), OptEntryKind.File, mode, size, digest, null);
            default:
                throw new InvalidDataException("The manifest of a tree is damaged.");
        }
    }

    private static string TakeText(ref ReadOnlySpan<byte> rest) => Encoding.UTF8.GetString(Take(ref rest, 0));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, byte end)
    {
        int length = rest.IndexOf(end);
        if (length <= 0)
        {
            throw new InvalidDataException("The manifest of a tree is damaged.");
        }

        ReadOnlySpan<byte> taken = rest[..length];
        rest = rest[(length + 1)..];
        return taken;
    }
}
