using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>How much of an account's concurrency is set apart for which function: the settings and AWS's rules about them.</summary>
/// <param name="accountLimit">Concurrent executions of an account in a region.</param>
public sealed class FunctionConcurrency(ICatalog catalog, FunctionPermissions permissions, int accountLimit, TimeProvider time)
{
    /// <summary>Raised when a function's reserved or provisioned concurrency, or where it is provisioned, may have changed.</summary>
    public event Action<FunctionArn>? Changed;

    /// <summary>What the functions that reserve nothing share.</summary>
    public int UnreservedOf(string region, AccountId account) => Unreserved(catalog.Current, region, account);

    public int? FindReserved(FunctionArn function) => ConcurrencyDocuments.FindReserved(catalog.Current, function);

    /// <summary>What holds for a function now, for those who admit its invocations.</summary>
    public FunctionConcurrencySnapshot Snapshot(FunctionArn function)
    {
        CatalogSnapshot snapshot = catalog.Current;
        List<(FunctionVersion Version, int Executions)> provisioned = [];
        int total = 0;
        foreach (ProvisionedConcurrency setting in ConcurrencyDocuments.ProvisionedOf(snapshot, function, after: null))
        {
            total += setting.Executions;
            if (VersionBehind(snapshot, function, setting.Qualifier) is { } version)
            {
                provisioned.Add((version, setting.Executions));
            }
        }

        return new FunctionConcurrencySnapshot(ConcurrencyDocuments.FindReserved(snapshot, function), total, provisioned);
    }

    public IReadOnlyList<FunctionArn> FunctionsWithProvisioned() => [.. ConcurrencyDocuments.FunctionsWithProvisioned(catalog.Current)];

    public int? GetReserved(Caller caller, string nameOrArn)
    {
        FunctionArn function = ParseFunction(caller, nameOrArn, "lambda:GetFunctionConcurrency");
        CatalogSnapshot snapshot = catalog.Current;
        RequireFunction(snapshot, function, qualifier: null);
        return ConcurrencyDocuments.FindReserved(snapshot, function);
    }

    public async Task<int> PutReservedAsync(Caller caller, PutFunctionConcurrencyRequest request, CancellationToken cancellationToken)
    {
        FunctionArn function = ParseFunction(caller, request.FunctionName!, "lambda:PutFunctionConcurrency");
        int executions = request.ReservedConcurrentExecutions!.Value;
        await ChangeAsync(function, cancellationToken, transaction =>
        {
            RequireFunction(transaction, function, FunctionArn.Latest);
            int provisioned = ConcurrencyDocuments.ProvisionedOf(transaction, function, after: null).Sum(static setting => setting.Executions);
            if (executions < provisioned)
            {
                // Its spaces, and the body without the member Type, are AWS's (recorded).
                throw new AwsError(
                    "InvalidParameterValueException", 400,
                    $" ReservedConcurrentExecutions  {executions} should not be lower than function's total provisioned concurrency [{provisioned}].",
                    AwsErrorBody.LowerMessageOnly);
            }

            int unreserved = Unreserved(transaction, function.Region, function.Account)
                + (ConcurrencyDocuments.FindReserved(transaction, function) ?? provisioned);
            RequireRest(unreserved - executions, "ReservedConcurrentExecutions");
            ConcurrencyDocuments.PutReserved(transaction, function, executions);
        });
        return executions;
    }

    public Task DeleteReservedAsync(Caller caller, string nameOrArn, CancellationToken cancellationToken)
    {
        FunctionArn function = ParseFunction(caller, nameOrArn, "lambda:DeleteFunctionConcurrency");
        return ChangeAsync(function, cancellationToken, transaction =>
        {
            RequireFunction(transaction, function, qualifier: null);
            ConcurrencyDocuments.DeleteReserved(transaction, function);
        });
    }

    /// <summary>The setting and the version whose environments it is about.</summary>
    public (ProvisionedConcurrency Setting, FunctionVersion Version) GetProvisioned(Caller caller, string nameOrArn, string qualifier)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:GetProvisionedConcurrencyConfig");
        CatalogSnapshot snapshot = catalog.Current;
        FunctionVersion version = RequireVersion(snapshot, reference);
        ProvisionedConcurrency? setting = ConcurrencyDocuments.FindProvisioned(snapshot, reference.Function, reference.Qualifier!);
        return setting is not null ? (setting, version) : throw new AwsError(
            "ProvisionedConcurrencyConfigNotFoundException", 404, "No Provisioned Concurrency Config found for this function",
            AwsErrorBody.TypeAndLowerMessage);
    }

    /// <summary>By qualifier, after <paramref name="after"/>.</summary>
    public IEnumerable<(ProvisionedConcurrency Setting, FunctionVersion Version)> ListProvisioned(Caller caller, string nameOrArn, string? after)
    {
        FunctionArn function = FunctionAddress.Parse(caller, nameOrArn, null, "lambda:ListProvisionedConcurrencyConfigs").Function;
        CatalogSnapshot snapshot = catalog.Current;
        RequireFunction(snapshot, function, qualifier: null);
        return ConcurrencyDocuments.ProvisionedOf(snapshot, function, after)
            .Select(setting => (setting, VersionBehind(snapshot, function, setting.Qualifier)!))
            .Where(static pair => pair.Item2 is not null);
    }

    public async Task<ProvisionedConcurrency> PutProvisionedAsync(
        Caller caller, PutProvisionedConcurrencyConfigRequest request, CancellationToken cancellationToken)
    {
        FunctionReference reference = FunctionAddress.Parse(
            caller, request.FunctionName!, request.Qualifier, "lambda:PutProvisionedConcurrencyConfig");
        if (reference.Qualifier == FunctionArn.Latest)
        {
            throw Unpublished();
        }

        ProvisionedConcurrency setting = new()
        {
            FunctionName = reference.Function.Name,
            Qualifier = reference.Qualifier!,
            Executions = request.ProvisionedConcurrentExecutions!.Value,
            LastModified = AwsDate.Format(time.GetUtcNow()),
        };
        await ChangeAsync(reference.Function, cancellationToken, transaction =>
        {
            FunctionVersion version = RequireVersion(transaction, reference);
            ProvisionedRules.Check(transaction, reference, version);
            CheckRoom(transaction, reference.Function, setting);
            ConcurrencyDocuments.PutProvisioned(transaction, reference.Function, setting);
            // The version has a new revision then (recorded).
            VersionDocuments.Put(transaction, version with { RevisionId = FunctionDraft.NewId() });
        });
        return setting;
    }

    /// <summary>Deleting a setting that is not there is no error.</summary>
    public Task DeleteProvisionedAsync(Caller caller, string nameOrArn, string qualifier, CancellationToken cancellationToken)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:DeleteProvisionedConcurrencyConfig");
        return ChangeAsync(reference.Function, cancellationToken, transaction =>
        {
            RequireVersion(transaction, reference);
            ConcurrencyDocuments.DeleteProvisioned(transaction, reference.Function, reference.Qualifier!);
        });
    }

    /// <summary>An alias moved, or a version or function went: what is provisioned follows.</summary>
    public void Follow(FunctionArn function) => Changed?.Invoke(function);

    private async Task ChangeAsync(FunctionArn function, CancellationToken cancellationToken, Action<CatalogTransaction> change)
    {
        await catalog.CommitAsync(
            transaction =>
            {
                change(transaction);
                return true;
            },
            cancellationToken);
        Changed?.Invoke(function);
    }

    private int Unreserved(CatalogSnapshot snapshot, string region, AccountId account) =>
        accountLimit - ConcurrencyDocuments.SetApart(snapshot, region, account);

    private void CheckRoom(CatalogSnapshot snapshot, FunctionArn function, ProvisionedConcurrency setting)
    {
        int own = ConcurrencyDocuments.FindProvisioned(snapshot, function, setting.Qualifier)?.Executions ?? 0;
        if (ConcurrencyDocuments.FindReserved(snapshot, function) is { } reserved)
        {
            int others = ConcurrencyDocuments.ProvisionedOf(snapshot, function, after: null).Sum(static other => other.Executions) - own;
            if (others + setting.Executions > reserved)
            {
                throw AwsError.InvalidParameterValue(
                    "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");
            }

            return;
        }

        int unreserved = Unreserved(snapshot, function.Region, function.Account) + own;
        if (setting.Executions > unreserved)
        {
            throw AwsError.InvalidParameterValue(
                $"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{unreserved}].");
        }

        RequireRest(unreserved - setting.Executions, "ConcurrentExecutions");
    }

    private static void RequireRest(int rest, string what)
    {
        if (rest < Limits.UnreservedConcurrentExecutions)
        {
            throw AwsError.InvalidParameterValue(
                $"Specified {what} for function decreases account's UnreservedConcurrentExecution below its minimum value of "
                + $"[{Limits.UnreservedConcurrentExecutions}].");
        }
    }

    private FunctionArn ParseFunction(Caller caller, string nameOrArn, string action)
    {
        FunctionReference reference = permissions.Address(catalog.Current, caller, nameOrArn, null, action);
        return reference.Qualifier is null ? reference.Function : throw AwsError.InvalidParameterValue(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
            + "Please specify either a function name or an unqualified function ARN.");
    }

    private static void RequireFunction(CatalogSnapshot snapshot, FunctionArn function, string? qualifier)
    {
        if (FunctionDocuments.Find(snapshot, function) is null)
        {
            throw FunctionAddress.NotFound(function, qualifier);
        }
    }

    private static FunctionVersion RequireVersion(CatalogSnapshot snapshot, FunctionReference reference)
    {
        if (reference.Qualifier == FunctionArn.Latest)
        {
            throw AwsError.InvalidParameterValue("The function resource provided must be an alias or a published version.");
        }

        return QualifiedResource.Find(snapshot, reference) is null
            ? throw QualifiedResource.NotFound(reference)
            : VersionBehind(snapshot, reference.Function, reference.Qualifier!) ?? throw Unpublished();
    }

    /// <summary>Null for an alias of $LATEST, which cannot be provisioned.</summary>
    private static FunctionVersion? VersionBehind(CatalogSnapshot snapshot, FunctionArn function, string qualifier) =>
        VersionDocuments.IsNumber(qualifier) ? VersionDocuments.Find(snapshot, function, qualifier)
        : AliasDocuments.Find(snapshot, function, qualifier) is { } alias ? VersionDocuments.Find(snapshot, function, alias.FunctionVersion)
        : null;

    private static AwsError Unpublished() =>
        AwsError.InvalidParameterValue("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
}

/// <param name="Reserved">Null when the function shares what is not reserved.</param>
/// <param name="ProvisionedTotal">Of all its versions and aliases.</param>
/// <param name="Provisioned">Which version is to have how many environments; a version may be there twice.</param>
public sealed record FunctionConcurrencySnapshot(
    int? Reserved, int ProvisionedTotal, IReadOnlyList<(FunctionVersion Version, int Executions)> Provisioned);
