using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Lamina.Contract;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>
/// A bundle that was read and found whole. The format: 16 bytes <c>LAMINA-LAYERS/1</c> and a line feed; the length of the index as 8 bytes,
/// big-endian; the index, UTF-8 JSON (<see cref="BundleIndex"/>); the archives one behind the other, in the index's order; the SHA-256 of
/// all that stands before it, 32 bytes. Nothing follows.
/// </summary>
internal sealed class LayerBundle
{
    public const int HeadBytes = 16 + sizeof(long);

    private const int PieceBytes = 1024 * 1024;

    private readonly Dictionary<Sha256, (long Offset, long Length)> _archives;

    private LayerBundle(BundleIndex index, Dictionary<Sha256, (long Offset, long Length)> archives)
    {
        Index = index;
        _archives = archives;
    }

    public static ReadOnlySpan<byte> Magic => "LAMINA-LAYERS/1\n"u8;

    public BundleIndex Index { get; }

    /// <summary>Throws when the file is not a bundle, or not all of it is as it was written.</summary>
    public static LayerBundle Read(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        long bodyEnd = length - Sha256.SizeBytes;
        byte[] head = new byte[HeadBytes];
        if (bodyEnd < HeadBytes || !TryRead(file, 0, head) || !head.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw Damaged("it does not begin as a bundle of layers does");
        }

        RequireDigest(file, bodyEnd);
        long indexBytes = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(Magic.Length));
        if (indexBytes < 0 || indexBytes > Math.Min(Limits.BundleIndexBytes, bodyEnd - HeadBytes))
        {
            throw Damaged($"its index cannot have {indexBytes} bytes");
        }

        BundleIndex index = ReadIndex(file, (int)indexBytes);
        Dictionary<Sha256, (long, long)> archives = Locate(index, HeadBytes + indexBytes, bodyEnd);
        BundleRules.Check(index);
        return new LayerBundle(index, archives);
    }

    public (long Offset, long Length) Find(Sha256 archive) => _archives[archive];

    public static AwsError Damaged(string how) =>
        AwsError.InvalidParameterValue($"The bundle is damaged: {how}. Nothing was imported.");

    private static void RequireDigest(SafeFileHandle file, long end)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[PieceBytes];
        for (long at = 0; at < end;)
        {
            int count = RandomAccess.Read(file, piece.AsSpan(0, (int)Math.Min(piece.Length, end - at)), at);
            if (count == 0)
            {
                throw Damaged("it is cut off");
            }

            hash.AppendData(piece, 0, count);
            at += count;
        }

        byte[] written = new byte[Sha256.SizeBytes];
        if (!TryRead(file, end, written) || !hash.GetHashAndReset().AsSpan().SequenceEqual(written))
        {
            throw Damaged("its checksum does not match");
        }
    }

    private static BundleIndex ReadIndex(SafeFileHandle file, int bytes)
    {
        byte[] json = new byte[bytes];
        if (!TryRead(file, HeadBytes, json))
        {
            throw Damaged("it is cut off");
        }

        try
        {
            return JsonSerializer.Deserialize(json, BundleJson.Default.BundleIndex) ?? throw Damaged("its index is null");
        }
        catch (JsonException malformed)
        {
            throw Damaged($"its index cannot be read at {malformed.Path}");
        }
    }

    private static Dictionary<Sha256, (long Offset, long Length)> Locate(BundleIndex index, long start, long end)
    {
        Dictionary<Sha256, (long, long)> archives = [];
        long at = start;
        foreach (BundledArchive archive in index.Archives)
        {
            if (!archives.TryAdd(archive.Sha256, (at, archive.SizeBytes)))
            {
                throw Damaged($"it lists the archive {archive.Sha256} twice");
            }

            if (archive.SizeBytes <= 0 || archive.SizeBytes > end - at)
            {
                throw Damaged($"the archive {archive.Sha256} is not all there");
            }

            at += archive.SizeBytes;
        }

        return at == end ? archives : throw Damaged($"it has {end - at} bytes that its index does not list");
    }

    private static bool TryRead(SafeFileHandle file, long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = RandomAccess.Read(file, buffer, offset);
            if (count == 0)
            {
                return false;
            }

            offset += count;
            buffer = buffer[count..];
        }

        return true;
    }
}
