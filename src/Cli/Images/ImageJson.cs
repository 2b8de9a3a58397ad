using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Cli.Images;

/// <summary>An index of images or the manifest of one: both have a list of what they name.</summary>
internal sealed record ImageDocument(
    string? MediaType, IReadOnlyList<Descriptor>? Manifests, Descriptor? Config, IReadOnlyList<Descriptor>? Layers);

internal sealed record Descriptor(
    string? MediaType, string? Digest, long Size, Platform? Platform, IReadOnlyDictionary<string, string>? Annotations);

internal sealed record Platform(string? Architecture, string? Os);

/// <summary>One image of the manifest.json that docker save writes.</summary>
internal sealed record SavedImage(string? Config, IReadOnlyList<string>? RepoTags, IReadOnlyList<string>? Layers);

internal sealed record SavedConfiguration(SavedRoot? Rootfs);

internal sealed record SavedRoot([property: JsonPropertyName("diff_ids")] IReadOnlyList<string>? DiffIds);

/// <summary>A manifest for an image that was saved without one.</summary>
internal sealed record NewManifest(int SchemaVersion, string MediaType, NewDescriptor Config, IReadOnlyList<NewDescriptor> Layers);

internal sealed record NewDescriptor(string MediaType, string Digest, long Size);

/// <summary>What a registry's authority answers.</summary>
internal sealed record RegistryToken(string? Token, [property: JsonPropertyName("access_token")] string? AccessToken);

/// <summary>What container tools keep in ~/.docker/config.json.</summary>
internal sealed record DockerConfiguration(IReadOnlyDictionary<string, DockerAuthentication>? Auths);

internal sealed record DockerAuthentication(string? Auth);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ImageDocument))]
[JsonSerializable(typeof(IReadOnlyList<SavedImage>))]
[JsonSerializable(typeof(SavedConfiguration))]
[JsonSerializable(typeof(NewManifest))]
[JsonSerializable(typeof(RegistryToken))]
[JsonSerializable(typeof(DockerConfiguration))]
internal sealed partial class ImageJson : JsonSerializerContext
{
    public static T Read<T>(byte[] json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, shape) ?? throw new JsonException("It is null.");
        }
        catch (JsonException unreadable)
        {
            throw new CliError($"This is not as an image has it: {unreadable.Message}", what, "Check what --from names.", unreadable);
        }
    }
}
