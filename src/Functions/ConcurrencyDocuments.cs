using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Concurrent executions that only this function may use, and that it may not exceed.</summary>
internal sealed record ReservedConcurrency(int Executions);

/// <summary>Execution environments that one version or alias of a function is to have initialised ahead of its invocations.</summary>
public sealed record ProvisionedConcurrency
{
    public required string FunctionName { get; init; }

    /// <summary>A version's number or an alias.</summary>
    public required string Qualifier { get; init; }

    public required int Executions { get; init; }

    /// <summary>As AWS writes it.</summary>
    public required string LastModified { get; init; }
}

/// <summary>
/// Both kinds of concurrency in the catalog, keyed REGION/ACCOUNT/NAME and REGION/ACCOUNT/NAME/QUALIFIER, so that what an account has
/// given away is one scan of each.
/// </summary>
internal static class ConcurrencyDocuments
{
    private const string ReservedCollection = "reserved-concurrency";
    private const string ProvisionedCollection = "provisioned-concurrency";

    public static int? FindReserved(CatalogSnapshot snapshot, FunctionArn function) =>
        snapshot.Find(ReservedCollection, FunctionDocuments.KeyOf(function))?.Read(FunctionsJson.Default.ReservedConcurrency).Executions;

    public static ProvisionedConcurrency? FindProvisioned(CatalogSnapshot snapshot, FunctionArn function, string qualifier) =>
        snapshot.Find(ProvisionedCollection, KeyOf(function, qualifier))?.Read(FunctionsJson.Default.ProvisionedConcurrency);

    /// <summary>Of one function, in the order of their qualifiers.</summary>
    public static IEnumerable<ProvisionedConcurrency> ProvisionedOf(CatalogSnapshot snapshot, FunctionArn function, string? after) => snapshot
        .Scan(ProvisionedCollection, KeyOf(function, string.Empty), after is null ? null : KeyOf(function, after))
        .Select(static document => document.Read(FunctionsJson.Default.ProvisionedConcurrency));

    /// <summary>Every function that has provisioned concurrency.</summary>
    public static IEnumerable<FunctionArn> FunctionsWithProvisioned(CatalogSnapshot snapshot) => snapshot
        .Scan(ProvisionedCollection, string.Empty, null).Select(static document => FunctionOf(document.Key)).Distinct();

    /// <summary>
    /// What an account has set apart in a region: reserved concurrency, and the provisioned one of functions that reserve none.
    /// </summary>
    public static int SetApart(CatalogSnapshot snapshot, string region, AccountId account)
    {
        string prefix = $"{region}/{account}/";
        int reserved = snapshot.Scan(ReservedCollection, prefix, null)
            .Sum(static document => document.Read(FunctionsJson.Default.ReservedConcurrency).Executions);
        int provisioned = snapshot.Scan(ProvisionedCollection, prefix, null)
            .Where(document => FindReserved(snapshot, FunctionOf(document.Key)) is null)
            .Sum(static document => document.Read(FunctionsJson.Default.ProvisionedConcurrency).Executions);
        return reserved + provisioned;
    }

    public static void PutReserved(CatalogTransaction transaction, FunctionArn function, int executions) => transaction.Put(
        ReservedCollection, FunctionDocuments.KeyOf(function), new ReservedConcurrency(executions), FunctionsJson.Default.ReservedConcurrency);

    public static void PutProvisioned(CatalogTransaction transaction, FunctionArn function, ProvisionedConcurrency provisioned) => transaction.Put(
        ProvisionedCollection, KeyOf(function, provisioned.Qualifier), provisioned, FunctionsJson.Default.ProvisionedConcurrency);

    public static void DeleteReserved(CatalogTransaction transaction, FunctionArn function) =>
        transaction.Delete(ReservedCollection, FunctionDocuments.KeyOf(function));

    public static void DeleteProvisioned(CatalogTransaction transaction, FunctionArn function, string qualifier) =>
        transaction.Delete(ProvisionedCollection, KeyOf(function, qualifier));

    private static string KeyOf(FunctionArn function, string qualifier) => $"{FunctionDocuments.KeyOf(function)}/{qualifier}";

    private static FunctionArn FunctionOf(string key)
    {
        string[] parts = key.Split('/');
        return new FunctionArn(parts[0], AccountId.Parse(parts[1]), parts[2]);
    }
}
