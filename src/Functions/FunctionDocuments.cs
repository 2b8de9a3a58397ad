using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>A function as the catalog keeps it: $LATEST and what belongs to the function rather than to a version.</summary>
internal sealed record FunctionDocument
{
    public required FunctionVersion Latest { get; init; }

    /// <summary>What invocations use while <see cref="Latest"/> is not ready; null when there was nothing before it.</summary>
    public required FunctionVersion? Former { get; init; }

    public required IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The version invocations get; null while the function was never ready.</summary>
    [JsonIgnore]
    public FunctionVersion? Ready =>
        Latest is { State.Name: FunctionStateName.Active, LastUpdate.Name: UpdateStatusName.Successful } ? Latest : Former;

    [JsonIgnore]
    public bool InPreparation =>
        Latest.State.Name == FunctionStateName.Pending || Latest.LastUpdate.Name == UpdateStatusName.InProgress;
}

/// <summary>The functions in the catalog: one document per function, keyed REGION/ACCOUNT/NAME, so a listing is one scan.</summary>
internal static class FunctionDocuments
{
    private const string Collection = "functions";

    public static FunctionDocument? Find(CatalogSnapshot snapshot, FunctionArn arn) =>
        snapshot.Find(Collection, KeyOf(arn))?.Read(FunctionsJson.Default.FunctionDocument);

    public static IEnumerable<FunctionDocument> All(CatalogSnapshot snapshot) => Scan(snapshot, string.Empty, null);

    public static IEnumerable<FunctionDocument> Of(CatalogSnapshot snapshot, string region, AccountId account, string? after)
    {
        string prefix = $"{region}/{account}/";
        return Scan(snapshot, prefix, after is null ? null : prefix + after);
    }

    /// <summary>$LATEST of every function of an account in a region.</summary>
    public static IEnumerable<FunctionVersion> VersionsOf(CatalogSnapshot snapshot, string region, AccountId account) =>
        Of(snapshot, region, account, after: null).Select(static document => document.Latest);

    public static void Put(CatalogTransaction transaction, FunctionDocument document) =>
        transaction.Put(Collection, KeyOf(document.Latest.Arn), document, FunctionsJson.Default.FunctionDocument);

    public static void Delete(CatalogTransaction transaction, FunctionArn arn) => transaction.Delete(Collection, KeyOf(arn));

    private static IEnumerable<FunctionDocument> Scan(CatalogSnapshot snapshot, string prefix, string? after) =>
        snapshot.Scan(Collection, prefix, after).Select(static document => document.Read(FunctionsJson.Default.FunctionDocument));

    private static string KeyOf(FunctionArn arn) => $"{arn.Region}/{arn.Account}/{arn.Name}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(FunctionDocument))]
internal sealed partial class FunctionsJson : JsonSerializerContext;
