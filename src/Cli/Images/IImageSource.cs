namespace Lamina.Cli.Images;

/// <summary>
/// Where an image comes from. Its *documents* are the manifest and the configuration, as they are; its *layers* are named by the digests
/// that the manifest has.
/// </summary>
internal interface IImageSource : IAsyncDisposable
{
    Task<ImageDocuments> ReadAsync(CancellationToken cancellationToken);

    /// <param name="digest">As <c>sha256:…</c>.</param>
    Task<ImageBlob> OpenLayerAsync(string digest, CancellationToken cancellationToken);
}

internal sealed record ImageDocuments(byte[] Manifest, byte[] Configuration);

/// <summary>Bytes on their way.</summary>
internal sealed record ImageBlob(Stream Content, long SizeBytes) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
