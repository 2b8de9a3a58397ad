using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Logs;

/// <summary>Where log groups lie in the catalog.</summary>
internal static class LogsDocuments
{
    private const string Groups = "log-groups";

    public static LogGroup? Find(CatalogSnapshot snapshot, string account, string region, string name) =>
        snapshot.Find(Groups, Key(account, region, name))?.Read(LogsJson.Default.LogGroup);

    /// <summary>In the order of their names.</summary>
    public static IEnumerable<LogGroup> List(CatalogSnapshot snapshot, Caller caller, string prefix, string? after) =>
        snapshot.Scan(Groups, Key(caller.Account.Value, caller.Region, prefix), after is null ? null : Key(caller.Account.Value, caller.Region, after))
            .Select(static document => document.Read(LogsJson.Default.LogGroup));

    public static IEnumerable<LogGroup> All(CatalogSnapshot snapshot) =>
        snapshot.Scan(Groups, string.Empty, null).Select(static document => document.Read(LogsJson.Default.LogGroup));

    public static void Put(CatalogTransaction transaction, LogGroup group) =>
        transaction.Put(Groups, Key(group.Account, group.Region, group.Name), group, LogsJson.Default.LogGroup);

    public static void Delete(CatalogTransaction transaction, LogGroup group) =>
        transaction.Delete(Groups, Key(group.Account, group.Region, group.Name));

    private static string Key(string account, string region, string name) => $"{account}/{region}/{name}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LogGroup))]
internal sealed partial class LogsJson : JsonSerializerContext;
