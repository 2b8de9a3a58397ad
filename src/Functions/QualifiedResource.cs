using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>What a policy or a setting with a qualifier belongs to: a function, a version or an alias; exactly one of the three is there.</summary>
internal sealed record QualifiedResource(FunctionDocument? Function, FunctionVersion? Version, FunctionAlias? Alias)
{
    public string RevisionId => Function?.Latest.RevisionId ?? Version?.RevisionId ?? Alias!.RevisionId;

    public static QualifiedResource? Find(CatalogSnapshot snapshot, FunctionReference reference)
    {
        FunctionArn function = reference.Function;
        QualifiedResource owner = reference.Qualifier switch
        {
            null or FunctionArn.Latest => new QualifiedResource(FunctionDocuments.Find(snapshot, function), null, null),
            { } number when VersionDocuments.IsNumber(number) => new QualifiedResource(null, VersionDocuments.Find(snapshot, function, number), null),
            { } alias => new QualifiedResource(null, null, AliasDocuments.Find(snapshot, function, alias)),
        };
        return owner is { Function: null, Version: null, Alias: null } ? null : owner;
    }

    /// <summary>AWS's text differs for what can be the name of an alias, whether the function is there or not (recorded).</summary>
    public static AwsError NotFound(FunctionReference reference) =>
        reference.Qualifier is not { } qualifier || VersionDocuments.IsNumber(qualifier) || qualifier.Contains('$', StringComparison.Ordinal)
            ? FunctionAddress.NotFound(reference.Function, reference.Qualifier)
            : FunctionAliases.NotFound(reference.Function, qualifier);

    /// <summary>Gives it a new revision.</summary>
    public void Revise(CatalogTransaction transaction)
    {
        string revisionId = FunctionDraft.NewId();
        if (Function is not null)
        {
            FunctionDocuments.Put(transaction, Function with { Latest = Function.Latest with { RevisionId = revisionId } });
        }
        else if (Version is not null)
        {
            VersionDocuments.Put(transaction, Version with { RevisionId = revisionId });
        }
        else
        {
            AliasDocuments.Put(transaction, Alias! with { RevisionId = revisionId });
        }
    }
}
