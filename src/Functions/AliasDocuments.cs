using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>The aliases in the catalog: one document each, keyed REGION/ACCOUNT/NAME/ALIAS.</summary>
internal static class AliasDocuments
{
    private const string Collection = "function-aliases";

    public static FunctionAlias? Find(CatalogSnapshot snapshot, FunctionArn function, string name) =>
        snapshot.Find(Collection, KeyOf(function, name))?.Read(FunctionsJson.Default.FunctionAlias);

    /// <summary>Of one function, in the order of their names.</summary>
    public static IEnumerable<FunctionAlias> Of(CatalogSnapshot snapshot, FunctionArn function, string? after) => snapshot
        .Scan(Collection, KeyOf(function, string.Empty), after is null ? null : KeyOf(function, after))
        .Select(static document => document.Read(FunctionsJson.Default.FunctionAlias));

    public static void Put(CatalogTransaction transaction, FunctionAlias alias) =>
        transaction.Put(Collection, KeyOf(alias.Function, alias.Name), alias, FunctionsJson.Default.FunctionAlias);

    public static void Delete(CatalogTransaction transaction, FunctionArn function, string name) =>
        transaction.Delete(Collection, KeyOf(function, name));

    private static string KeyOf(FunctionArn function, string name) => $"{FunctionDocuments.KeyOf(function)}/{name}";
}
