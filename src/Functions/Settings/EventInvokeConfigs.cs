using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions.Settings;

/// <summary>The event invoke configs of functions, versions and aliases.</summary>
public sealed class EventInvokeConfigs(ICatalog catalog, TimeProvider time)
{
    internal const string Collection = "event-invoke-configs";

    /// <summary>What the request does not name has AWS's default from now on.</summary>
    public Task<EventInvokeConfig> PutAsync(Caller caller, PutFunctionEventInvokeConfigRequest request, CancellationToken cancellationToken)
    {
        EventInvokeChange change = new(request.MaximumRetryAttempts, request.MaximumEventAgeInSeconds, request.DestinationConfig);
        Target target = TargetOf(caller, request.FunctionName!, request.Qualifier, "lambda:PutFunctionEventInvokeConfig");
        return SaveAsync(target, change, merge: false, cancellationToken);
    }

    /// <summary>What the request does not name stays.</summary>
    public Task<EventInvokeConfig> UpdateAsync(Caller caller, UpdateFunctionEventInvokeConfigRequest request, CancellationToken cancellationToken)
    {
        EventInvokeChange change = new(request.MaximumRetryAttempts, request.MaximumEventAgeInSeconds, request.DestinationConfig);
        Target target = TargetOf(caller, request.FunctionName!, request.Qualifier, "lambda:UpdateFunctionEventInvokeConfig");
        return SaveAsync(target, change, merge: true, cancellationToken);
    }

    public EventInvokeConfig Get(Caller caller, string nameOrArn, string? qualifier)
    {
        Target target = TargetOf(caller, nameOrArn, qualifier, "lambda:GetFunctionEventInvokeConfig");
        return Find(catalog.Current, target) ?? throw NoConfig(target);
    }

    /// <summary>The config that events of this qualifier follow; null when there is none.</summary>
    public EventInvokeConfig? Find(FunctionArn function, string? qualifier) =>
        Find(catalog.Current, new Target(function, qualifier ?? FunctionArn.Latest));

    public Task DeleteAsync(Caller caller, string nameOrArn, string? qualifier, CancellationToken cancellationToken)
    {
        Target target = TargetOf(caller, nameOrArn, qualifier, "lambda:DeleteFunctionEventInvokeConfig");
        return catalog.CommitAsync(
            transaction =>
            {
                _ = Find(transaction, target) ?? throw NoConfig(target);
                transaction.Delete(Collection, target.Key);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Those of one function by qualifier, after <paramref name="after"/>.</summary>
    public IEnumerable<EventInvokeConfig> List(Caller caller, string nameOrArn, string? after)
    {
        FunctionArn function = FunctionAddress.Parse(caller, nameOrArn, null, "lambda:ListFunctionEventInvokeConfigs").Function;
        if (FunctionDocuments.Find(catalog.Current, function) is null)
        {
            throw NoFunction();
        }

        string prefix = FunctionBelongings.Prefix(function);
        return catalog.Current.Scan(Collection, prefix, after is null ? null : prefix + after)
            .Select(static document => document.Read(EventInvokeConfigsJson.Default.EventInvokeConfig));
    }

    private Task<EventInvokeConfig> SaveAsync(Target target, EventInvokeChange change, bool merge, CancellationToken cancellationToken)
    {
        change.RequireSomething();
        return catalog.CommitAsync(
            transaction =>
            {
                if (!FunctionDocuments.HasQualifier(transaction, target.Function, target.Qualifier))
                {
                    throw NoFunction();
                }

                EventInvokeConfig? before = merge ? Find(transaction, target) ?? throw NoConfig(target) : null;
                change.CheckDestinations(transaction, target.Function);
                EventInvokeConfig config = change.ApplyTo(before, target.Arn, time.GetUtcNow());
                transaction.Put(Collection, target.Key, config, EventInvokeConfigsJson.Default.EventInvokeConfig);
                return config;
            },
            cancellationToken);
    }

    private static EventInvokeConfig? Find(CatalogSnapshot snapshot, Target target) =>
        snapshot.Find(Collection, target.Key)?.Read(EventInvokeConfigsJson.Default.EventInvokeConfig);

    private static Target TargetOf(Caller caller, string nameOrArn, string? qualifier, string action)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, action);
        return new Target(reference.Function, reference.Qualifier ?? FunctionArn.Latest);
    }

    private static AwsError NoFunction() => AwsError.ResourceNotFound("The function doesn't exist.");

    private static AwsError NoConfig(Target target) =>
        AwsError.ResourceNotFound($"The function {target.Arn} doesn't have an EventInvokeConfig");

    private readonly record struct Target(FunctionArn Function, string Qualifier)
    {
        public string Arn => Function.Qualified(Qualifier);

        public string Key => FunctionBelongings.Key(Function, Qualifier);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventInvokeConfig))]
internal sealed partial class EventInvokeConfigsJson : JsonSerializerContext;
