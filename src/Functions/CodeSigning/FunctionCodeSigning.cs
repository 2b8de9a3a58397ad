using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions.CodeSigning;

/// <summary>Which code signing config a function has. Checked whenever code or layers are given to the function, not when it is attached.</summary>
public sealed class FunctionCodeSigning(ICatalog catalog)
{
    internal const string Collection = "function-code-signing";

    public Task<FunctionArn> PutAsync(Caller caller, string nameOrArn, string configArn, CancellationToken cancellationToken)
    {
        FunctionArn function = Address(caller, nameOrArn, "lambda:PutFunctionCodeSigningConfig");
        return catalog.CommitAsync(
            transaction =>
            {
                _ = RequireConfig(transaction, configArn);
                RequireFunction(transaction, function);
                Attach(transaction, function, configArn);
                return function;
            },
            cancellationToken);
    }

    /// <summary>The ARN is null when the function has none.</summary>
    public (FunctionArn Function, string? ConfigArn) Get(Caller caller, string nameOrArn)
    {
        FunctionArn function = Address(caller, nameOrArn, "lambda:GetFunctionCodeSigningConfig");
        CatalogSnapshot snapshot = catalog.Current;
        RequireFunction(snapshot, function);
        return (function, ConfigOf(snapshot, function));
    }

    public Task DeleteAsync(Caller caller, string nameOrArn, CancellationToken cancellationToken)
    {
        FunctionArn function = Address(caller, nameOrArn, "lambda:DeleteFunctionCodeSigningConfig");
        return catalog.CommitAsync(
            transaction =>
            {
                RequireFunction(transaction, function);
                transaction.Delete(Collection, FunctionBelongings.Key(function, ""));
                return true;
            },
            cancellationToken);
    }

    /// <summary>ARNs of the functions that use a config, in ordinal order, after <paramref name="after"/>.</summary>
    public IEnumerable<string> ListFunctions(Caller caller, string configArn, string? after)
    {
        _ = CodeSigningConfigs.RequireOwn(catalog.Current, caller, configArn);
        return UsersOf(catalog.Current, configArn).Order(StringComparer.Ordinal)
            .Where(arn => after is null || string.CompareOrdinal(arn, after) > 0);
    }

    internal static void Attach(CatalogTransaction transaction, FunctionArn function, string configArn) => transaction.Put(
        Collection,
        FunctionBelongings.Key(function, ""),
        new FunctionCodeSigningDocument(function.ToString(), configArn),
        CodeSigningJson.Default.FunctionCodeSigningDocument);

    internal static IEnumerable<string> UsersOf(CatalogSnapshot snapshot, string configArn) => snapshot.Scan(Collection, "", null)
        .Select(static document => document.Read(CodeSigningJson.Default.FunctionCodeSigningDocument))
        .Where(attached => attached.ConfigArn == configArn).Select(static attached => attached.FunctionArn);

    /// <summary>
    /// Refuses archives when the policy is Enforce: signatures are made by AWS Signer's jobs, of which there are none here, so no archive
    /// is a trusted one.
    /// </summary>
    internal static void CheckDeployment(CatalogSnapshot snapshot, FunctionArn function) =>
        CheckDeployment(snapshot, ConfigOf(snapshot, function));

    internal static void CheckDeployment(CatalogSnapshot snapshot, string? configArn)
    {
        if (configArn is not null && RequireConfig(snapshot, configArn).UntrustedArtifactOnDeployment == "Enforce")
        {
            throw new AwsError(
                "CodeVerificationFailedException",
                400,
                "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured "
                + "to accept. Check the provided signature for unsigned.",
                AwsErrorBody.TypeAndUpperMessage);
        }
    }

    private static CodeSigningDocument RequireConfig(CatalogSnapshot snapshot, string configArn) =>
        CodeSigningConfigs.Find(snapshot, configArn) ?? throw new AwsError(
            "CodeSigningConfigNotFoundException",
            404,
            $"The code signing configuration cannot be found. Check that the provided configuration is not deleted: {configArn}.",
            AwsErrorBody.TypeAndUpperMessage);

    private static string? ConfigOf(CatalogSnapshot snapshot, FunctionArn function) =>
        snapshot.Find(Collection, FunctionBelongings.Key(function, ""))?.Read(CodeSigningJson.Default.FunctionCodeSigningDocument).ConfigArn;

    private static FunctionArn Address(Caller caller, string nameOrArn, string action) =>
        FunctionAddress.Parse(caller, nameOrArn, null, action).Function;

    private static void RequireFunction(CatalogSnapshot snapshot, FunctionArn function)
    {
        if (FunctionDocuments.Find(snapshot, function) is null)
        {
            throw FunctionAddress.NotFound(function, null);
        }
    }
}

internal sealed record FunctionCodeSigningDocument(string FunctionArn, string ConfigArn);
