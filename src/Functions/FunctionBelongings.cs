using Lamina.Contract;
using Lamina.Functions.CodeSigning;
using Lamina.Functions.Settings;
using Lamina.Functions.Urls;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>
/// What hangs on a function without being part of its versions: one document per concern, keyed REGION/ACCOUNT/NAME/QUALIFIER
/// (an empty qualifier is the function as a whole). This is the one place that removes it, in the transaction that removes the function.
/// </summary>
internal static class FunctionBelongings
{
    private static readonly string[] Collections =
    [
        EventInvokeConfigs.Collection,
        RuntimeManagement.Collection,
        RecursionControl.Collection,
        FunctionCodeSigning.Collection,
    ];

    public static string Key(FunctionArn function, string qualifier) => $"{Prefix(function)}{qualifier}";

    public static string Prefix(FunctionArn function) => $"{function.Region}/{function.Account}/{function.Name}/";

    /// <summary>Everything of the function and of all its qualifiers.</summary>
    public static void Delete(CatalogTransaction transaction, FunctionArn function)
    {
        FunctionUrls.Delete(transaction, function, qualifier: null);
        foreach (string collection in Collections)
        {
            foreach (Document document in transaction.Scan(collection, Prefix(function), null).ToArray())
            {
                transaction.Delete(collection, document.Key);
            }
        }
    }

    /// <summary>What hangs on one version or alias.</summary>
    public static void Delete(CatalogTransaction transaction, FunctionArn function, string qualifier)
    {
        FunctionUrls.Delete(transaction, function, qualifier);
        foreach (string collection in Collections)
        {
            transaction.Delete(collection, Key(function, qualifier));
        }
    }
}
