using System.Globalization;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Stacks.ChangeSets;
using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>Where stacks, their resources, events and change sets lie in the catalog.</summary>
internal static class StackDocuments
{
    private const string Stacks = "stacks";
    private const string Names = "stack-names";
    private const string Resources = "stack-resources";
    private const string Events = "stack-events";
    private const string ChangeSets = "stack-change-sets";

    private static long _lastTicks;

    /// <summary>The living stack of this name, or any stack by its ARN, the deleted ones as well.</summary>
    public static StackDocument? Find(CatalogSnapshot snapshot, AccountId account, string region, string nameOrId)
    {
        if (nameOrId.StartsWith("arn:", StringComparison.Ordinal))
        {
            return ById(snapshot, nameOrId) is { } named && named.Account == account.Value && named.Region == region ? named : null;
        }

        return snapshot.Find(Names, $"{account}/{region}/{nameOrId}") is { } name ? ById(snapshot, name.Read(StacksJson.Default.StackName).Id) : null;
    }

    public static StackDocument? ById(CatalogSnapshot snapshot, string id) => snapshot.Find(Stacks, KeyOf(id))?.Read(StacksJson.Default.StackDocument);

    public static IEnumerable<StackDocument> All(CatalogSnapshot snapshot) =>
        snapshot.Scan(Stacks, "", null).Select(static document => document.Read(StacksJson.Default.StackDocument));

    public static IEnumerable<StackDocument> Of(CatalogSnapshot snapshot, AccountId account, string region) =>
        snapshot.Scan(Stacks, $"{account}/{region}/", null).Select(static document => document.Read(StacksJson.Default.StackDocument));

    /// <summary>A deleted stack gives up its name.</summary>
    public static void Put(CatalogTransaction transaction, StackDocument stack)
    {
        transaction.Put(Stacks, KeyOf(stack.Id), stack, StacksJson.Default.StackDocument);
        string name = $"{stack.Account}/{stack.Region}/{stack.Name}";
        if (stack.Status != StackStatus.DeleteComplete)
        {
            transaction.Put(Names, name, new StackName(stack.Id), StacksJson.Default.StackName);
        }
        else if (transaction.Find(Names, name)?.Read(StacksJson.Default.StackName).Id == stack.Id)
        {
            transaction.Delete(Names, name);
        }
    }

    public static ResourceDocument? FindResource(CatalogSnapshot snapshot, StackDocument stack, string logicalId) =>
        snapshot.Find(Resources, $"{stack.Identity.Guid}/{logicalId}")?.Read(StacksJson.Default.ResourceDocument);

    public static IEnumerable<ResourceDocument> ResourcesOf(CatalogSnapshot snapshot, StackDocument stack) =>
        snapshot.Scan(Resources, $"{stack.Identity.Guid}/", null).Select(static document => document.Read(StacksJson.Default.ResourceDocument));

    public static void Put(CatalogTransaction transaction, StackDocument stack, ResourceDocument resource) =>
        transaction.Put(Resources, $"{stack.Identity.Guid}/{resource.LogicalId}", resource, StacksJson.Default.ResourceDocument);

    public static void DeleteResource(CatalogTransaction transaction, StackDocument stack, string logicalId) =>
        transaction.Delete(Resources, $"{stack.Identity.Guid}/{logicalId}");

    /// <summary>Oldest first.</summary>
    public static IEnumerable<StackEvent> EventsOf(CatalogSnapshot snapshot, StackDocument stack) =>
        snapshot.Scan(Events, $"{stack.Identity.Guid}/", null).Select(static document => document.Read(StacksJson.Default.StackEvent));

    /// <summary>Events keep the order in which they are added, whatever the clock does meanwhile.</summary>
    public static void Add(CatalogTransaction transaction, StackDocument stack, StackEvent added)
    {
        long ticks = Math.Max(added.Time.UtcTicks, Interlocked.Read(ref _lastTicks) + 1);
        Interlocked.Exchange(ref _lastTicks, ticks);
        transaction.Put(Events, string.Create(CultureInfo.InvariantCulture, $"{stack.Identity.Guid}/{ticks:D20}"), added, StacksJson.Default.StackEvent);
    }

    public static IEnumerable<ChangeSetDocument> ChangeSetsOf(CatalogSnapshot snapshot, StackDocument stack) =>
        snapshot.Scan(ChangeSets, $"{stack.Identity.Guid}/", null).Select(static document => document.Read(StacksJson.Default.ChangeSetDocument));

    public static IEnumerable<ChangeSetDocument> AllChangeSets(CatalogSnapshot snapshot) =>
        snapshot.Scan(ChangeSets, "", null).Select(static document => document.Read(StacksJson.Default.ChangeSetDocument));

    public static void Put(CatalogTransaction transaction, StackDocument stack, ChangeSetDocument changeSet) =>
        transaction.Put(ChangeSets, $"{stack.Identity.Guid}/{changeSet.Id}", changeSet, StacksJson.Default.ChangeSetDocument);

    public static void DeleteChangeSet(CatalogTransaction transaction, StackDocument stack, ChangeSetDocument changeSet) =>
        transaction.Delete(ChangeSets, $"{stack.Identity.Guid}/{changeSet.Id}");

    /// <summary>As if it had never been: a stack that only a change set was made for.</summary>
    public static void Forget(CatalogTransaction transaction, StackDocument stack)
    {
        transaction.Delete(Stacks, KeyOf(stack.Id));
        transaction.Delete(Names, $"{stack.Account}/{stack.Region}/{stack.Name}");
        foreach (Document left in transaction.Scan(Events, $"{stack.Identity.Guid}/", null).ToList())
        {
            transaction.Delete(Events, left.Key);
        }
    }

    /// <summary>arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/GUID → ACCOUNT/REGION/GUID.</summary>
    private static string KeyOf(string id)
    {
        string[] parts = id.Split(':');
        return parts.Length < 6 ? id : $"{parts[4]}/{parts[3]}/{id[(id.LastIndexOf('/') + 1)..]}";
    }
}

internal sealed record StackName(string Id);

[JsonSerializable(typeof(StackDocument))]
[JsonSerializable(typeof(StackName))]
[JsonSerializable(typeof(ResourceDocument))]
[JsonSerializable(typeof(StackEvent))]
[JsonSerializable(typeof(ChangeSetDocument))]
internal sealed partial class StacksJson : JsonSerializerContext;
