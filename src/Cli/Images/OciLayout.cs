namespace Lamina.Cli.Images;

/// <summary>An image layout of the Open Container Initiative: an index, and everything else by its digest.</summary>
internal sealed class OciLayout(ImageFiles files, string where, ImageIndex index) : IImageSource
{
    public const string Mark = "oci-layout";
    private const string IndexFile = "index.json";

    public async Task<ImageDocuments> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] document = await files.TryReadAsync(IndexFile, cancellationToken)
            ?? throw new CliError("The layout has no index.json.", where, "Write it again, for example: docker buildx build --output type=oci,dest=image.tar .");
        byte[] manifest = await index.FindManifestAsync(document, where, descriptor => ReadBlobAsync(descriptor.Digest!, cancellationToken));
        string configuration = ImageJson.Read(manifest, ImageJson.Default.ImageDocument, where).Config!.Digest!;
        return new ImageDocuments(manifest, await ReadBlobAsync(configuration, cancellationToken));
    }

    public Task<ImageBlob> OpenLayerAsync(string digest, CancellationToken cancellationToken) => Task.FromResult(Open(digest));

    public ValueTask DisposeAsync() => files.DisposeAsync();

    private async Task<byte[]> ReadBlobAsync(string digest, CancellationToken cancellationToken)
    {
        await using ImageBlob blob = Open(digest);
        byte[] content = new byte[blob.SizeBytes];
        await blob.Content.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    private ImageBlob Open(string digest) => files.TryOpen($"blobs/{digest.Replace(':', '/')}")
        ?? throw new CliError($"The layout lacks {digest}.", where, "Write it again, with all that it names.");
}
