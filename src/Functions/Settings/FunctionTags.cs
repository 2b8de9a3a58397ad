using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions.Settings;

/// <summary>Tags of functions, which live in the function's document.</summary>
internal static class FunctionTags
{
    public static IReadOnlyDictionary<string, string>? Of(CatalogSnapshot snapshot, FunctionArn function) => Require(snapshot, function).Tags;

    public static void Put(CatalogTransaction transaction, FunctionArn function, IReadOnlyDictionary<string, string>? tags)
    {
        FunctionDocument document = Require(transaction, function);
        // The preparer knows what it prepares by the revision, so a function under way keeps it.
        FunctionVersion latest = document.InPreparation ? document.Latest : document.Latest with { RevisionId = FunctionDraft.NewId() };
        FunctionDocuments.Put(transaction, document with { Latest = latest, Tags = tags });
    }

    private static FunctionDocument Require(CatalogSnapshot snapshot, FunctionArn function) =>
        FunctionDocuments.Find(snapshot, function) ?? throw FunctionAddress.NotFound(function, null);
}
