using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>What functions there are; reading only, from the catalog's snapshot.</summary>
/// <param name="updates">Told what was read: an update that somebody has seen the end of is over.</param>
/// <param name="random">Decides which version an alias with weights gives.</param>
public sealed class FunctionDirectory(ICatalog catalog, FunctionPermissions permissions, UnseenUpdates updates, Random random)
{
    /// <summary>
    /// Resolves name, partial ARN or ARN and the separate qualifier to one immutable version for the whole request: what is configured,
    /// ready or not. Throws AWS's errors: mismatched qualifiers, other region, not found.
    /// </summary>
    public FunctionVersion Resolve(Caller caller, string nameOrArn, string? qualifier) => Resolve(caller, nameOrArn, qualifier, out _);

    /// <param name="reference">What the request named: its ARN is the one that answers show.</param>
    public FunctionVersion Resolve(Caller caller, string nameOrArn, string? qualifier, out FunctionReference reference)
    {
        CatalogSnapshot snapshot = catalog.Current;
        reference = Read(snapshot, caller, nameOrArn, qualifier, "lambda:GetFunction");
        FunctionArn function = reference.Function;
        return VersionOf(snapshot, reference, chance: 1) switch
        {
            null => null,
            FunctionArn.Latest => FunctionDocuments.Find(snapshot, function)?.Latest,
            { } version => VersionDocuments.Find(snapshot, function, version),
        }
        ?? throw FunctionAddress.NotFound(function, reference.Qualifier);
    }

    /// <summary>
    /// As <see cref="Resolve(Caller, string, string?)"/>, but gives the version an invocation runs: of an alias with weights one by
    /// chance; of $LATEST, while an update is in progress or after it failed, the former one.
    /// Throws ResourceConflict while the version was never ready.
    /// </summary>
    public FunctionVersion ResolveInvocable(Caller caller, string nameOrArn, string? qualifier) =>
        ResolveInvocable(caller, nameOrArn, qualifier, out _);

    public FunctionVersion ResolveInvocable(Caller caller, string nameOrArn, string? qualifier, out FunctionReference reference)
    {
        CatalogSnapshot snapshot = catalog.Current;
        reference = Read(snapshot, caller, nameOrArn, qualifier, "lambda:InvokeFunction");
        FunctionArn function = reference.Function;
        string? version = VersionOf(snapshot, reference, random.NextDouble());
        if (version is FunctionArn.Latest && FunctionDocuments.Find(snapshot, function) is { } document)
        {
            return document.Ready ?? throw FunctionEditor.WrongState(document.Latest);
        }

        // An invocation without a qualifier is one of $LATEST, and AWS says so in this text (recorded), unlike GetFunction.
        FunctionVersion published = (version is null ? null : VersionDocuments.Find(snapshot, function, version))
            ?? throw FunctionAddress.NotFound(function, reference.Qualifier ?? FunctionArn.Latest);
        return published.State.Name == FunctionStateName.Active ? published : throw FunctionEditor.WrongState(published);
    }

    /// <summary>Whether invocations run this version as it is: not when it was deleted, or $LATEST replaced, since it was resolved.</summary>
    public bool IsCurrent(FunctionVersion version)
    {
        CatalogSnapshot snapshot = catalog.Current;
        FunctionVersion? current = version.Version == FunctionArn.Latest
            ? FunctionDocuments.Find(snapshot, version.Arn)?.Ready
            : VersionDocuments.Find(snapshot, version.Arn, version.Version);
        return current?.EnvironmentKey == version.EnvironmentKey;
    }

    /// <summary>What $LATEST of every function of every account runs at present.</summary>
    public IEnumerable<FunctionVersion> ListReady() =>
        FunctionDocuments.All(catalog.Current).Select(static document => document.Ready).OfType<FunctionVersion>();

    /// <summary>$LATEST of every function of the caller's account and region, by name, after <paramref name="after"/>.</summary>
    public IEnumerable<FunctionVersion> List(Caller caller, string? after)
    {
        updates.SeeAll();
        return FunctionDocuments.Of(catalog.Current, caller.Region, caller.Account, after).Select(static document => document.Latest);
    }

    /// <summary>The versions of one function, $LATEST first, then by number.</summary>
    /// <param name="after">The version that the list goes on after; null for all.</param>
    public IEnumerable<FunctionVersion> ListVersions(Caller caller, string nameOrArn, string? after)
    {
        CatalogSnapshot snapshot = catalog.Current;
        FunctionArn function = permissions.Address(snapshot, caller, nameOrArn, null, "lambda:ListVersionsByFunction").Function;
        FunctionDocument document = FunctionDocuments.Find(snapshot, function) ?? throw FunctionAddress.NotFound(function, null);
        return VersionsOf(snapshot, document, after);
    }

    /// <summary>Every version of every function, by name, $LATEST first within it.</summary>
    /// <param name="after">Name and version that the list goes on after, as <c>NAME:VERSION</c>; null for all.</param>
    public IEnumerable<FunctionVersion> ListAllVersions(Caller caller, string? after)
    {
        CatalogSnapshot snapshot = catalog.Current;
        string[] last = after?.Split(':', 2) ?? [];
        IEnumerable<FunctionVersion> rest = last is [var name, var version]
            && FunctionDocuments.Find(snapshot, new FunctionArn(caller.Region, caller.Account, name)) is { } document
            ? VersionsOf(snapshot, document, version)
            : [];
        return rest.Concat(FunctionDocuments.Of(snapshot, caller.Region, caller.Account, last.FirstOrDefault())
            .SelectMany(next => VersionsOf(snapshot, next, after: null)));
    }

    /// <summary>How many functions the caller's account has in the region; versions are no functions of their own.</summary>
    public long Count(Caller caller) => FunctionDocuments.Of(catalog.Current, caller.Region, caller.Account, after: null).LongCount();

    /// <summary>The error for scaling an ordinary function, or for one that is not there.</summary>
    public AwsError RefuseScaling(Caller caller, string nameOrArn, string? qualifier)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:PutFunctionScalingConfig");
        return FunctionDocuments.Find(catalog.Current, reference.Function) is null
            ? FunctionAddress.NotFound(reference.Function, reference.Qualifier)
            : AwsError.InvalidParameterValue(
                $"The function {reference.Function} has no capacity provider; scaling can be configured only for functions that have one.");
    }

    /// <summary>The function's tags; null when it has none or is not there.</summary>
    public IReadOnlyDictionary<string, string>? FindTags(FunctionArn function) =>
        FunctionDocuments.Find(catalog.Current, function)?.Tags;

    private FunctionReference Read(CatalogSnapshot snapshot, Caller caller, string nameOrArn, string? qualifier, string action)
    {
        FunctionReference reference = permissions.Address(snapshot, caller, nameOrArn, qualifier, action);
        updates.See(reference.Function);
        return reference;
    }

    private static string? VersionOf(CatalogSnapshot snapshot, FunctionReference reference, double chance) => reference.Qualifier switch
    {
        null or FunctionArn.Latest => FunctionArn.Latest,
        { } number when VersionDocuments.IsNumber(number) => number,
        { } alias => AliasDocuments.Find(snapshot, reference.Function, alias)?.Route(chance),
    };

    private static IEnumerable<FunctionVersion> VersionsOf(CatalogSnapshot snapshot, FunctionDocument document, string? after)
    {
        IEnumerable<FunctionVersion> published =
            VersionDocuments.Of(snapshot, document.Latest.Arn, after is FunctionArn.Latest ? null : after);
        return after is null ? published.Prepend(document.Latest) : published;
    }
}
