using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>What functions there are; reading only, from the catalog's snapshot.</summary>
public sealed class FunctionDirectory(ICatalog catalog)
{
    /// <summary>
    /// Resolves name, partial ARN or ARN and the separate qualifier to one immutable version for the whole request: what is configured,
    /// ready or not. Throws AWS's errors: mismatched qualifiers, other region, not found.
    /// </summary>
    public FunctionVersion Resolve(Caller caller, string nameOrArn, string? qualifier)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:GetFunction");
        return Find(reference)?.Latest ?? throw FunctionAddress.NotFound(reference.Function, reference.Qualifier);
    }

    /// <summary>
    /// As <see cref="Resolve"/>, but gives the version an invocation runs: while an update is in progress, or after it failed, the former one.
    /// Throws ResourceConflict while the function was never ready.
    /// </summary>
    public FunctionVersion ResolveInvocable(Caller caller, string nameOrArn, string? qualifier)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:InvokeFunction");
        // An invocation without a qualifier is one of $LATEST, and AWS says so in this text (recorded), unlike GetFunction.
        FunctionDocument document = Find(reference)
            ?? throw FunctionAddress.NotFound(reference.Function, reference.Qualifier ?? FunctionArn.Latest);
        return document.Ready ?? throw FunctionEditor.WrongState(document.Latest);
    }

    /// <summary>$LATEST of every function of the caller's account and region, by name, after <paramref name="after"/>.</summary>
    public IEnumerable<FunctionVersion> List(Caller caller, string? after) =>
        FunctionDocuments.Of(catalog.Current, caller.Region, caller.Account, after).Select(static document => document.Latest);

    public long Count(Caller caller) => FunctionDocuments.VersionsOf(catalog.Current, caller.Region, caller.Account).LongCount();

    /// <summary>The function's tags; null when it has none or is not there.</summary>
    public IReadOnlyDictionary<string, string>? FindTags(FunctionArn function) =>
        FunctionDocuments.Find(catalog.Current, function)?.Tags;

    private FunctionDocument? Find(FunctionReference reference) =>
        reference.Qualifier is null or FunctionArn.Latest
            ? FunctionDocuments.Find(catalog.Current, reference.Function)
            : null;
}
