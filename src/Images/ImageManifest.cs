using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Images;

/// <summary>An image's manifest and configuration as they were sent, checked against each other.</summary>
internal sealed class ImageManifest
{
    private const string DigestPrefix = "sha256:";

    private ImageManifest(Sha256 digest, IReadOnlyList<Sha256> sentLayers, ImageConfiguration configuration)
    {
        Digest = digest;
        SentLayers = sentLayers;
        Architecture = configuration.Architecture switch
        {
            "amd64" => "x86_64",
            null or "" => throw ImageFault.Of("The image's configuration names no architecture."),
            var other => other,
        };
        DefaultsConfiguration? defaults = configuration.Config;
        Process = new ImageProcess(
            defaults?.Entrypoint ?? [], defaults?.Cmd ?? [], defaults?.WorkingDir ?? "", [.. (defaults?.Env ?? []).Where(IsVariable)]);
        Layers = [.. (configuration.Rootfs?.DiffIds ?? []).Select(DigestOf)];
    }

    public Sha256 Digest { get; }

    /// <summary>As the manifest has them, the lowest first.</summary>
    public IReadOnlyList<Sha256> SentLayers { get; }

    /// <summary>As the configuration has them: the digests of their tar archives.</summary>
    public IReadOnlyList<Sha256> Layers { get; }

    public string Architecture { get; }

    public ImageProcess Process { get; }

    public static ImageManifest Parse(byte[] manifest, byte[] configuration)
    {
        ManifestDocument document = Read(manifest, ManifestJson.Default.ManifestDocument, "manifest");
        if (document.Manifests is not null)
        {
            throw ImageFault.Of("What was sent is an index of several images, not the manifest of one.");
        }

        if (document.Config?.Digest is not { } digest || DigestOf(digest) != Sha256.Of(configuration))
        {
            throw ImageFault.Of("The configuration that was sent is not the one that the manifest names.");
        }

        foreach (ManifestLayer layer in document.Layers ?? [])
        {
            RequireLayer(layer);
        }

        ImageManifest image = new(
            Sha256.Of(manifest), [.. (document.Layers ?? []).Select(static layer => DigestOf(layer.Digest))],
            Read(configuration, ManifestJson.Default.ImageConfiguration, "configuration"));
        return image.SentLayers.Count != image.Layers.Count
            ? throw ImageFault.Of($"The manifest has {image.SentLayers.Count} layers, the configuration {image.Layers.Count}.")
            : image.Layers.Count is 0 or > Limits.ImageLayers
                ? throw ImageFault.Of($"The image has {image.Layers.Count} layers; it may have 1 to {Limits.ImageLayers}.")
            : image;
    }

    private static void RequireLayer(ManifestLayer layer)
    {
        if (layer.MediaType?.Contains("zstd", StringComparison.Ordinal) == true)
        {
            throw ImageFault.Of(
                "The image's layers are compressed with zstd, which neither Lambda nor Lamina takes. Build it with gzip: "
                + "docker buildx build --output type=image,compression=gzip,force-compression=true …");
        }

        if (layer.MediaType?.Contains("encrypted", StringComparison.Ordinal) == true)
        {
            throw ImageFault.Of("The image's layers are encrypted.");
        }
    }

    private static Sha256 DigestOf(string? text) =>
        text?.StartsWith(DigestPrefix, StringComparison.Ordinal) == true && Sha256.TryParse(text[DigestPrefix.Length..], out Sha256 digest)
            ? digest
            : throw ImageFault.Of($"'{text}' in the image's manifest or configuration is not a digest as sha256:….");

    private static bool IsVariable(string variable) =>
        variable.IndexOf('=', StringComparison.Ordinal) > 0 && !variable.Contains('\0', StringComparison.Ordinal);

    private static T Read<T>(byte[] json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, shape) ?? throw new JsonException("It is null.");
        }
        catch (JsonException unreadable)
        {
            throw ImageFault.Of($"The image's {what} cannot be read: {unreadable.Message}");
        }
    }
}

internal sealed record ManifestDocument(ManifestLayer? Config, IReadOnlyList<ManifestLayer>? Layers, JsonElement? Manifests);

internal sealed record ManifestLayer(string? MediaType, string? Digest);

internal sealed record ImageConfiguration(string? Architecture, DefaultsConfiguration? Config, LayersConfiguration? Rootfs);

internal sealed record DefaultsConfiguration(
    IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Cmd, IReadOnlyList<string>? Env, string? WorkingDir);

internal sealed record LayersConfiguration([property: JsonPropertyName("diff_ids")] IReadOnlyList<string>? DiffIds);

// The specification's members begin with small letters at the top and with capitals within config.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ImageConfiguration))]
internal sealed partial class ManifestJson : JsonSerializerContext;
