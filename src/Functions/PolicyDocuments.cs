using Lamina.Access;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>
/// The resource policies in the catalog: one document per function, version or alias that has one, keyed REGION/ACCOUNT/NAME/QUALIFIER,
/// the qualifier empty for the function itself. A policy has the revision of what it belongs to (recorded).
/// </summary>
internal static class PolicyDocuments
{
    private const string Collection = "function-policies";

    public static ResourcePolicy? Find(CatalogSnapshot snapshot, FunctionArn function, string? qualifier) =>
        snapshot.Find(Collection, KeyOf(function, qualifier))?.Read(FunctionsJson.Default.ResourcePolicy);

    /// <summary>With the last statement the policy goes.</summary>
    public static void Put(CatalogTransaction transaction, FunctionArn function, string? qualifier, ResourcePolicy policy)
    {
        if (policy.Statement.IsEmpty)
        {
            Delete(transaction, function, qualifier);
        }
        else
        {
            transaction.Put(Collection, KeyOf(function, qualifier), policy, FunctionsJson.Default.ResourcePolicy);
        }
    }

    public static void Delete(CatalogTransaction transaction, FunctionArn function, string? qualifier) =>
        transaction.Delete(Collection, KeyOf(function, qualifier));

    private static string KeyOf(FunctionArn function, string? qualifier) => $"{FunctionDocuments.KeyOf(function)}/{qualifier}";
}
