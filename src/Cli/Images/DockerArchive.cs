using System.Security.Cryptography;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Cli.Images;

/// <summary>What `docker save` wrote before it wrote OCI layouts. It has no manifest as registries know it, so one is made.</summary>
internal sealed class DockerArchive(ImageFiles files, string where, ImageReference name) : IImageSource
{
    public const string ListFile = "manifest.json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigurationType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    private readonly Dictionary<string, string> _layers = new(StringComparer.Ordinal);

    public async Task<ImageDocuments> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] list = await ReadAsync(ListFile, cancellationToken);
        SavedImage image = Choose(ImageJson.Read(list, ImageJson.Default.IReadOnlyListSavedImage, where));
        byte[] configuration = await ReadAsync(image.Config!, cancellationToken);
        IReadOnlyList<string> digests = ImageJson.Read(configuration, ImageJson.Default.SavedConfiguration, where).Rootfs?.DiffIds ?? [];
        if (digests.Count != image.Layers!.Count)
        {
            throw new CliError($"The archive has {image.Layers.Count} layers, the image's configuration {digests.Count}.", where, "Save the image again.");
        }

        List<NewDescriptor> layers = [];
        foreach ((string file, string digest) in image.Layers.Zip(digests))
        {
            layers.Add(await DescribeAsync(file, digest, cancellationToken));
        }

        NewManifest manifest = new(
            2, ManifestType, new NewDescriptor(ConfigurationType, ImageIndex.DigestOf(configuration), configuration.Length), layers);
        return new ImageDocuments(JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Default.NewManifest), configuration);
    }

    public Task<ImageBlob> OpenLayerAsync(string digest, CancellationToken cancellationToken) => Task.FromResult(Open(_layers[digest]));

    public ValueTask DisposeAsync() => files.DisposeAsync();

    /// <summary>A layer that is not compressed has the digest that the configuration says; any other must be read.</summary>
    private async Task<NewDescriptor> DescribeAsync(string file, string diffId, CancellationToken cancellationToken)
    {
        await using ImageBlob blob = Open(file);
        bool isGzip = await ImageFiles.IsGzipAsync(blob.Content, cancellationToken);
        string digest = isGzip ? $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(blob.Content, cancellationToken))}" : diffId;
        _layers[digest] = file;
        return new NewDescriptor(isGzip ? $"{LayerType}+gzip" : LayerType, digest, blob.SizeBytes);
    }

    private SavedImage Choose(IReadOnlyList<SavedImage> images)
    {
        string tag = $"{name.Repository}:{name.Tag ?? "latest"}";
        SavedImage[] whole = [.. images.Where(static image => image is { Config: not null, Layers: not null })];
        SavedImage? named = whole.FirstOrDefault(image => image.RepoTags?.Contains(tag) == true);
        return (whole, named) switch
        {
            ([var only], _) => only,
            (_, { } meant) => meant,
            _ => throw new CliError(
                whole.Length == 0 ? "The archive has no image." : $"The archive has several images: {string.Join(", ", whole.SelectMany(static image => image.RepoTags ?? []))}.",
                where, "Save one image, or import it under the name it has there."),
        };
    }

    private async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken) =>
        await files.TryReadAsync(file, cancellationToken) ?? throw Lacks(file);

    private ImageBlob Open(string file) => files.TryOpen(file) ?? throw Lacks(file);

    private CliError Lacks(string file) => new($"The archive lacks {file}.", where, "Save the image again.");
}
