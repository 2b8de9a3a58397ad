using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>The aliases of functions: made, changed, deleted, listed. Who resolves one to a version is the directory.</summary>
public sealed class FunctionAliases(ICatalog catalog, FunctionConcurrency concurrency, FunctionPermissions permissions)
{
    public FunctionAlias Get(Caller caller, string nameOrArn, string alias)
    {
        FunctionArn function = Parse(caller, nameOrArn, "lambda:GetAlias");
        return Require(catalog.Current, function, alias);
    }

    /// <summary>By name, after <paramref name="after"/>.</summary>
    /// <param name="version">Only those that invoke this version; null for all.</param>
    public IEnumerable<FunctionAlias> List(Caller caller, string nameOrArn, string? version, string? after)
    {
        CatalogSnapshot snapshot = catalog.Current;
        FunctionArn function = Parse(caller, nameOrArn, "lambda:ListAliases");
        RequireFunction(snapshot, function, qualifier: null);
        return AliasDocuments.Of(snapshot, function, after).Where(alias => version is null || alias.Uses(version));
    }

    public Task<FunctionAlias> CreateAsync(Caller caller, CreateAliasRequest request, CancellationToken cancellationToken)
    {
        FunctionArn function = Parse(caller, request.FunctionName!, "lambda:CreateAlias");
        return catalog.CommitAsync(
            transaction =>
            {
                RequireFunction(transaction, function, request.FunctionVersion);
                FunctionAlias alias = new()
                {
                    Region = function.Region,
                    Account = function.Account.Value,
                    FunctionName = function.Name,
                    Name = request.Name!,
                    FunctionVersion = request.FunctionVersion!,
                    Description = request.Description ?? string.Empty,
                    Additional = AdditionalOf(request.RoutingConfig),
                    RevisionId = FunctionDraft.NewId(),
                };
                RequireVersions(transaction, alias);
                if (AliasDocuments.Find(transaction, function, alias.Name) is not null)
                {
                    throw AwsError.ResourceConflict($"Alias already exists: {alias.Arn}");
                }

                AliasDocuments.Put(transaction, alias);
                return alias;
            },
            cancellationToken);
    }

    public async Task<FunctionAlias> UpdateAsync(Caller caller, UpdateAliasRequest request, CancellationToken cancellationToken)
    {
        FunctionArn function = Parse(caller, request.FunctionName!, "lambda:UpdateAlias");
        FunctionAlias updated = await catalog.CommitAsync(
            transaction =>
            {
                FunctionAlias known = Require(transaction, function, request.Name!);
                Revisions.Require(request.RevisionId, known.RevisionId, "GetFunction/GetAlias");
                FunctionAlias changed = known with
                {
                    FunctionVersion = request.FunctionVersion ?? known.FunctionVersion,
                    Description = request.Description ?? known.Description,
                    Additional = request.RoutingConfig is null ? known.Additional : AdditionalOf(request.RoutingConfig),
                    RevisionId = FunctionDraft.NewId(),
                };
                RequireVersions(transaction, changed);
                AliasDocuments.Put(transaction, changed);
                return changed;
            },
            cancellationToken);
        concurrency.Follow(function);
        return updated;
    }

    /// <summary>Deleting an alias that is not there is no error.</summary>
    public async Task DeleteAsync(Caller caller, string nameOrArn, string alias, CancellationToken cancellationToken)
    {
        FunctionArn function = Parse(caller, nameOrArn, "lambda:DeleteAlias");
        await catalog.CommitAsync(
            transaction =>
            {
                RequireFunction(transaction, function, qualifier: null);
                FunctionRemoval.DeleteAlias(transaction, function, alias);
                return true;
            },
            cancellationToken);
        concurrency.Follow(function);
    }

    internal static AwsError NotFound(FunctionArn function, string alias) =>
        AwsError.ResourceNotFound($"Cannot find alias arn: {function.Qualified(alias)}");

    private FunctionArn Parse(Caller caller, string nameOrArn, string action) =>
        permissions.Address(catalog.Current, caller, nameOrArn, null, action).Function;

    private static FunctionAlias Require(CatalogSnapshot snapshot, FunctionArn function, string alias) =>
        AliasDocuments.Find(snapshot, function, alias) ?? throw NotFound(function, alias);

    private static void RequireFunction(CatalogSnapshot snapshot, FunctionArn function, string? qualifier)
    {
        if (FunctionDocuments.Find(snapshot, function) is null)
        {
            throw FunctionAddress.NotFound(function, qualifier);
        }
    }

    private static AdditionalVersion? AdditionalOf(AliasRoutingConfiguration? routing) => routing?.AdditionalVersionWeights switch
    {
        null or { Count: 0 } => null,
        { Count: 1 } weights => new AdditionalVersion(weights.Single().Key, weights.Single().Value),
        _ => throw AwsError.InvalidParameterValue("Number of items in AdditionalVersionWeights cannot be greater than 1"),
    };

    /// <summary>The versions must be there, and a second one may only stand beside another published one.</summary>
    private static void RequireVersions(CatalogSnapshot snapshot, FunctionAlias alias)
    {
        RequireVersion(snapshot, alias.Function, alias.FunctionVersion);
        if (alias.Additional is not { } additional)
        {
            return;
        }

        if (additional.Version == alias.FunctionVersion)
        {
            throw AwsError.InvalidParameterValue(
                $"Invalid function version {additional.Version}. Function version {additional.Version} is already included in routing configuration.");
        }

        if (alias.FunctionVersion == FunctionArn.Latest)
        {
            // Recorded without the member Type, unlike others of its code.
            throw new AwsError(
                "InvalidParameterValueException", 400, "$LATEST is not supported for an alias pointing to more than 1 version",
                AwsErrorBody.LowerMessageOnly);
        }

        RequireVersion(snapshot, alias.Function, additional.Version);
    }

    private static void RequireVersion(CatalogSnapshot snapshot, FunctionArn function, string version)
    {
        if (version != FunctionArn.Latest && VersionDocuments.Find(snapshot, function, version) is null)
        {
            throw FunctionAddress.NotFound(function, version);
        }
    }
}
