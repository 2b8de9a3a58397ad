using Lamina.Contract;

namespace Lamina.Cli.Images;

/// <summary>An image in a registry. Layers go from there to the server as they come; nothing is kept in between.</summary>
internal sealed class RegistryImage(RegistryClient registry, ImageReference image, ImageIndex index) : IImageSource
{
    public async Task<ImageDocuments> ReadAsync(CancellationToken cancellationToken)
    {
        string reference = image.Digest is { } digest ? $"sha256:{digest}" : image.Tag ?? "latest";
        byte[] document = await registry.ReadManifestAsync(reference, cancellationToken);
        if (image.Digest is not null)
        {
            ImageIndex.Verified(document, reference);
        }

        byte[] manifest = await index.FindManifestAsync(
            document, image.ToString(), descriptor => registry.ReadManifestAsync(descriptor.Digest!, cancellationToken));
        string configuration = ImageJson.Read(manifest, ImageJson.Default.ImageDocument, image.ToString()).Config!.Digest!;
        return new ImageDocuments(manifest, ImageIndex.Verified(await registry.ReadBlobAsync(configuration, cancellationToken), configuration));
    }

    public Task<ImageBlob> OpenLayerAsync(string digest, CancellationToken cancellationToken) => registry.OpenBlobAsync(digest, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
