using System.IO.Compression;
using Lamina.Contract;

namespace Lamina.Images;

/// <summary>A layer as it comes in: the bytes as sent, which the manifest names, and the tar in them, which the configuration names.</summary>
internal sealed class LayerContent : IAsyncDisposable
{
    private static readonly byte[] GzipMagic = [0x1F, 0x8B];
    private static readonly byte[] ZstandardMagic = [0x28, 0xB5, 0x2F, 0xFD];

    private readonly HashedStream _sent;
    private readonly Stream _inflated;
    private readonly HashedStream _tar;

    private LayerContent(HashedStream sent, Stream inflated)
    {
        _sent = sent;
        _inflated = inflated;
        _tar = new HashedStream(inflated, Limits.ImageBytes, TooLarge);
    }

    public Stream Tar => _tar;

    public long TarBytes => _tar.Count;

    /// <summary>Looks at the first bytes: media types are often not what the bytes are.</summary>
    public static async Task<LayerContent> OpenAsync(Stream body, CancellationToken cancellationToken)
    {
        HashedStream sent = new(body, Limits.ImageBytes, TooLarge);
        byte[] start = new byte[ZstandardMagic.Length];
        int read = await sent.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        if (start.AsSpan().StartsWith(ZstandardMagic))
        {
            throw ImageFault.Layer(
                "it is compressed with zstd, which neither Lambda nor Lamina takes. Build the image with gzip: "
                + "docker buildx build --output type=image,compression=gzip,force-compression=true …");
        }

        Stream whole = new PrefixedStream(start.AsMemory(0, read), sent);
        return new LayerContent(sent, start.AsSpan().StartsWith(GzipMagic) ? new GZipStream(whole, CompressionMode.Decompress) : whole);
    }

    /// <summary>Reads to the end, behind the archive's, and gives both digests.</summary>
    public async Task<(Sha256 Sent, Sha256 Tar)> FinishAsync(CancellationToken cancellationToken)
    {
        await _tar.CopyToAsync(Stream.Null, cancellationToken);
        await _sent.CopyToAsync(Stream.Null, cancellationToken);
        return (_sent.Digest(), _tar.Digest());
    }

    public async ValueTask DisposeAsync()
    {
        await _tar.DisposeAsync();
        await _inflated.DisposeAsync();
        await _sent.DisposeAsync();
    }

    private static AwsError TooLarge() => ImageFault.Layer($"an image must have fewer than {Limits.ImageBytes} bytes, uncompressed.");
}
