using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions.Settings;

/// <param name="FunctionArn">As the request addressed it: with the qualifier when there was one.</param>
/// <param name="RuntimeVersionArn">Only with <c>Manual</c>.</param>
public sealed record RuntimeManagementConfig(string FunctionArn, string UpdateRuntimeOn, string? RuntimeVersionArn);

/// <summary>When a function's runtime is updated. Stored and answered; runtimes here are the machine's and change with it.</summary>
public sealed class RuntimeManagement(ICatalog catalog)
{
    internal const string Collection = "runtime-management-configs";

    public Task<RuntimeManagementConfig> PutAsync(Caller caller, PutRuntimeManagementConfigRequest request, CancellationToken cancellationToken)
    {
        FunctionReference reference = FunctionAddress.Parse(
            caller, request.FunctionName!, request.Qualifier, "lambda:PutRuntimeManagementConfig");
        RuntimeManagementConfig config = new(ArnOf(reference), request.UpdateRuntimeOn!, request.RuntimeVersionArn);
        return catalog.CommitAsync(
            transaction =>
            {
                Require(transaction, reference);
                Check(config);
                transaction.Put(Collection, KeyOf(reference), config, RuntimeManagementJson.Default.RuntimeManagementConfig);
                return config;
            },
            cancellationToken);
    }

    public RuntimeManagementConfig Get(Caller caller, string nameOrArn, string? qualifier)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:GetRuntimeManagementConfig");
        CatalogSnapshot snapshot = catalog.Current;
        Require(snapshot, reference);
        RuntimeManagementConfig? stored =
            snapshot.Find(Collection, KeyOf(reference))?.Read(RuntimeManagementJson.Default.RuntimeManagementConfig);
        return stored is null
            ? new RuntimeManagementConfig(ArnOf(reference), "Auto", null)
            : stored with { FunctionArn = ArnOf(reference) };
    }

    private static void Require(CatalogSnapshot snapshot, FunctionReference reference)
    {
        if (!FunctionDocuments.HasQualifier(snapshot, reference.Function, reference.Qualifier ?? FunctionArn.Latest))
        {
            throw FunctionAddress.NotFound(reference.Function, reference.Qualifier);
        }
    }

    private static void Check(RuntimeManagementConfig config)
    {
        if (config.UpdateRuntimeOn == "Manual" && config.RuntimeVersionArn is null)
        {
            throw AwsError.InvalidParameterValue("RuntimeVersionArn is required when UpdateRuntimeOn is Manual.");
        }

        if (config.UpdateRuntimeOn != "Manual" && config.RuntimeVersionArn is not null)
        {
            throw AwsError.InvalidParameterValue($"RuntimeVersionArn cannot be given when UpdateRuntimeOn is {config.UpdateRuntimeOn}.");
        }
    }

    private static string KeyOf(FunctionReference reference) =>
        FunctionBelongings.Key(reference.Function, reference.Qualifier ?? FunctionArn.Latest);

    private static string ArnOf(FunctionReference reference) =>
        reference.Qualifier is null ? reference.Function.ToString() : reference.Function.Qualified(reference.Qualifier);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RuntimeManagementConfig))]
internal sealed partial class RuntimeManagementJson : JsonSerializerContext;
