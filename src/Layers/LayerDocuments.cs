using System.Globalization;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

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
    private const string Policies = "layer-policies";

    public static LayerVersion? FindVersion(CatalogSnapshot snapshot, LayerVersionArn arn) => arn.Version < 1
        ? null
        : snapshot.Find(Versions, KeyOf(arn))?.Read(LayersJson.Default.LayerVersion);

    public static IEnumerable<LayerVersion> VersionsOf(CatalogSnapshot snapshot, AccountId account, string region) => snapshot
        .Scan(Versions, OwnerPrefix(account, region), after: null)
        .Select(static document => document.Read(LayersJson.Default.LayerVersion));

    public static LayerPolicy? FindPolicy(CatalogSnapshot snapshot, LayerVersionArn arn) => arn.Version < 1
        ? null
        : snapshot.Find(Policies, KeyOf(arn))?.Read(LayersJson.Default.LayerPolicy);

    /// <summary>A policy without statements is none.</summary>
    public static void PutPolicy(CatalogTransaction transaction, LayerVersionArn arn, LayerPolicy policy)
    {
        if (policy.Policy.Statement.IsEmpty)
        {
            transaction.Delete(Policies, KeyOf(arn));
        }
        else
        {
            transaction.Put(Policies, KeyOf(arn), policy, LayersJson.Default.LayerPolicy);
        }
    }

    /// <summary>The version and its policy go; the number stays taken.</summary>
    public static void DeleteVersion(CatalogTransaction transaction, LayerVersionArn arn)
    {
        transaction.Delete(Versions, KeyOf(arn));
        transaction.Delete(Policies, KeyOf(arn));
    }

    public static IEnumerable<LayerVersion> All(CatalogSnapshot snapshot) =>
        snapshot.Scan(Versions, prefix: "", after: null).Select(static document => document.Read(LayersJson.Default.LayerVersion));

    /// <summary>The newest version of every layer that has one: the first of each, as their keys stand.</summary>
    public static IEnumerable<LayerVersion> Newest(CatalogSnapshot snapshot)
    {
        string? layer = null;
        foreach (LayerVersion version in All(snapshot))
        {
            if (version.LayerArn != layer)
            {
                layer = version.LayerArn;
                yield return version;
            }
        }
    }

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
[JsonSerializable(typeof(LayerPolicy))]
internal sealed partial class LayersJson : JsonSerializerContext;
