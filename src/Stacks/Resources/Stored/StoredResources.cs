using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Stacks.Resources.Stored;

/// <summary>A resource that a stack has and no room serves yet: what a template said of it.</summary>
public sealed record StoredResource
{
    public required string Account { get; init; }

    public required string Region { get; init; }

    public required string Type { get; init; }

    public required string PhysicalId { get; init; }

    /// <summary>The name in the template, or the one made for it.</summary>
    public required string Name { get; init; }

    /// <summary>Evaluated, as JSON.</summary>
    public required string Properties { get; init; }

    /// <summary>As JSON.</summary>
    public required string Attributes { get; init; }

    public required string StackId { get; init; }

    public required string LogicalId { get; init; }
}

/// <summary>Where stored resources lie in the catalog; the rooms that will serve them read them here.</summary>
public static class StoredResources
{
    private const string Collection = "stored-resources";

    /// <summary>All of one type in an account's region, in the order of their physical ids.</summary>
    public static IEnumerable<StoredResource> Of(CatalogSnapshot snapshot, AccountId account, string region, string type) =>
        snapshot.Scan(Collection, $"{account}/{region}/{type}/", null).Select(static document => document.Read(StoredResourcesJson.Default.StoredResource));

    /// <param name="id">The physical id; below the parent's where it is unique only there.</param>
    internal static StoredResource? Find(CatalogSnapshot snapshot, Caller caller, string type, string id) =>
        snapshot.Find(Collection, KeyOf(caller.Account.Value, caller.Region, type, id))?.Read(StoredResourcesJson.Default.StoredResource);

    internal static void Put(CatalogTransaction transaction, StoredResource resource, string id) => transaction.Put(
        Collection, KeyOf(resource.Account, resource.Region, resource.Type, id), resource, StoredResourcesJson.Default.StoredResource);

    internal static void Delete(CatalogTransaction transaction, Caller caller, string type, string id) =>
        transaction.Delete(Collection, KeyOf(caller.Account.Value, caller.Region, type, id));

    private static string KeyOf(string account, string region, string type, string id) => $"{account}/{region}/{type}/{id}";
}

[JsonSerializable(typeof(StoredResource))]
internal sealed partial class StoredResourcesJson : JsonSerializerContext;
