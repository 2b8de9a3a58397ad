using System.Globalization;
using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>A layer in the catalog. It outlives its versions, because their numbers are never given out again.</summary>
internal sealed record LayerDocument
{
    public required long LastVersion { get; init; }
}

/// <summary>Where layers lie in the catalog: collections and keys.</summary>
internal static class LayerDocuments
{
    public const string Layers = "layers";
    public const string Versions = "layer-versions";

    public static string OwnerPrefix(AccountId account, string region) => $"{account}/{region}/";

    public static string KeyOf(LayerArn layer) => OwnerPrefix(layer.Account, layer.Region) + layer.Name;

    public static string VersionsPrefix(LayerArn layer) => KeyOf(layer) + "/";

    /// <summary>Counts down, so that the order of keys is newest first.</summary>
    public static string KeyOf(LayerVersionArn version) =>
        VersionsPrefix(version.Layer) + (long.MaxValue - version.Version).ToString("D19", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayerDocument))]
[JsonSerializable(typeof(LayerVersion))]
internal sealed partial class LayersJson : JsonSerializerContext;
