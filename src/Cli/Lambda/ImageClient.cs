using System.Text.Json.Serialization;
using Lamina.Cli.Images;

namespace Lamina.Cli.Lambda;

/// <summary>Lamina's own paths for images: <c>/_lamina/images</c>.</summary>
internal sealed class ImageClient(Wire wire)
{
    private const string Path = "/_lamina/images";

    public Task<IReadOnlyList<ImportedImage>> ListAsync(CancellationToken cancellationToken) =>
        wire.GetAsync(Path, ReadableJson.Default.IReadOnlyListImportedImage, cancellationToken);

    public Task<ImportAnswer> ImportAsync(string name, ImageDocuments documents, CancellationToken cancellationToken) => wire.SendAsync(
        HttpMethod.Post, Named(name), new ImportRequest(documents.Manifest, documents.Configuration), ReadableJson.Default.ImportRequest,
        ReadableJson.Default.ImportAnswer, cancellationToken);

    public async Task SendLayerAsync(string digest, ImageBlob layer, CancellationToken cancellationToken)
    {
        string hex = digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..];
        using HttpRequestMessage request = wire.Upload($"{Path}/layers/{digest}", layer.Content, layer.SizeBytes, hex);
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => wire.DeleteAsync(Named(name), cancellationToken);

    private static string Named(string name) => $"{Path}?Name={Uri.EscapeDataString(name)}";
}

internal sealed record ImportRequest(
    [property: JsonPropertyName("manifest")] byte[] Manifest,
    [property: JsonPropertyName("configuration")] byte[] Configuration);

internal sealed record ImportAnswer(
    [property: JsonPropertyName("missingLayers")] IReadOnlyList<string> MissingLayers,
    [property: JsonPropertyName("image")] ImportedImage? Image);

internal sealed record ImportedImage(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("architecture")] string Architecture,
    [property: JsonPropertyName("layers")] int Layers,
    [property: JsonPropertyName("sizeBytes")] long SizeBytes,
    [property: JsonPropertyName("importedAt")] string ImportedAt);
