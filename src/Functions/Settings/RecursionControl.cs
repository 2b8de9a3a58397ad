using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions.Settings;

/// <summary>What happens to events that come round to the same function again and again; by default they are stopped.</summary>
public sealed class RecursionControl(ICatalog catalog)
{
    internal const string Collection = "recursion-configs";

    private const string Default = "Terminate";

    public async Task<string> PutAsync(Caller caller, string nameOrArn, string recursiveLoop, CancellationToken cancellationToken)
    {
        FunctionArn function = FunctionAddress.Parse(caller, nameOrArn, null, "lambda:PutFunctionRecursionConfig").Function;
        return await catalog.CommitAsync(
            transaction =>
            {
                Require(transaction, function);
                transaction.Put(Collection, FunctionBelongings.Key(function, ""), new RecursionConfig(recursiveLoop), RecursionJson.Default.RecursionConfig);
                return recursiveLoop;
            },
            cancellationToken);
    }

    public string Get(Caller caller, string nameOrArn)
    {
        FunctionArn function = FunctionAddress.Parse(caller, nameOrArn, null, "lambda:GetFunctionRecursionConfig").Function;
        CatalogSnapshot snapshot = catalog.Current;
        Require(snapshot, function);
        return snapshot.Find(Collection, FunctionBelongings.Key(function, ""))?.Read(RecursionJson.Default.RecursionConfig).RecursiveLoop ?? Default;
    }

    private static void Require(CatalogSnapshot snapshot, FunctionArn function)
    {
        if (FunctionDocuments.Find(snapshot, function) is null)
        {
            throw FunctionAddress.NotFound(function, null);
        }
    }
}

internal sealed record RecursionConfig(string RecursiveLoop);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecursionConfig))]
internal sealed partial class RecursionJson : JsonSerializerContext;
