using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>A bundle about to be written; see <see cref="LayerBundle"/> for its form.</summary>
public sealed class BundleDownload
{
    private const int PieceBytes = 128 * 1024;

    private readonly byte[] _head;
    private readonly IReadOnlyList<StoredArchive> _archives;
    private readonly Func<StoredArchive, Stream> _open;

    internal BundleDownload(BundleIndex index, IReadOnlyList<StoredArchive> archives, Func<StoredArchive, Stream> open)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(index, BundleJson.Default.BundleIndex);
        _head = new byte[LayerBundle.HeadBytes + json.Length];
        LayerBundle.Magic.CopyTo(_head);
        BinaryPrimitives.WriteInt64BigEndian(_head.AsSpan(LayerBundle.Magic.Length), json.Length);
        json.CopyTo(_head, LayerBundle.HeadBytes);
        _archives = archives;
        _open = open;
        Length = _head.Length + archives.Sum(static archive => archive.SizeBytes) + Sha256.SizeBytes;
    }

    public long Length { get; }

    public async Task WriteAsync(Stream target, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_head);
        await target.WriteAsync(_head, cancellationToken);
        byte[] piece = new byte[PieceBytes];
        foreach (StoredArchive archive in _archives)
        {
            await using Stream content = _open(archive);
            for (int count = await content.ReadAsync(piece, cancellationToken); count > 0; count = await content.ReadAsync(piece, cancellationToken))
            {
                hash.AppendData(piece, 0, count);
                await target.WriteAsync(piece.AsMemory(0, count), cancellationToken);
            }
        }

        await target.WriteAsync(hash.GetHashAndReset(), cancellationToken);
    }
}
