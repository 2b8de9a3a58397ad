using System.Collections.Immutable;
using Lamina.Access;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Functions.EventSources;
using Lamina.Functions.Settings;
using Lamina.Functions.Urls;

namespace Lamina.Server.Wire;

/// <summary>
/// What the conditions of policies may look at in a request to Lambda (Service Authorization Reference, "Condition keys for AWS Lambda"):
/// (1) who asks and from where; (2) what the request says; (3) what is stored of the resource that it names.
/// </summary>
internal sealed class LambdaConditions(
    ResourceTags tags, FunctionUrls urls, EventSourceMappings mappings, Organizations organizations, TimeProvider time)
{
    private const string FunctionArnKey = "lambda:FunctionArn";

    /// <param name="resource">What the operation is about; see <see cref="LambdaAuthorization.Anything"/>.</param>
    public Dictionary<string, ImmutableArray<string>> ValuesOf(OperationCall call, string operation, LambdaRequestFacts facts, string resource)
    {
        Dictionary<string, ImmutableArray<string>> values = RequestValues.Of(call.Caller, time.GetUtcNow()); // 1
        Add(values, "aws:SourceIp", call.SourceAddress);
        Add(values, ConditionKeys.PrincipalOrgId, organizations.Of(call.Caller.Account));
        AddRequested(values, call, facts); // 2
        AddStored(values, call, operation, facts, resource); // 3
        return values;
    }

    private static void AddRequested(Dictionary<string, ImmutableArray<string>> values, OperationCall call, LambdaRequestFacts facts)
    {
        AddAll(values, "lambda:Layer", facts.Layers);
        AddAll(values, "lambda:SubnetIds", facts.SubnetIds);
        AddAll(values, "lambda:SecurityGroupIds", facts.SecurityGroupIds);
        AddAll(values, "lambda:VpcIds", facts.SubnetIds.IsEmpty ? [] : [AccountNetwork.VpcIdOf(call.Caller.Account.Value, call.Caller.Region)]);
        Add(values, "lambda:Principal", facts.Principal);
        Add(values, "lambda:CodeSigningConfigArn", facts.CodeSigningConfigArn);
        Add(values, ConditionKeys.FunctionUrlAuthType, facts.FunctionUrlAuthType);
        Add(values, ConditionKeys.InvokedViaFunctionUrl, facts.InvokedViaFunctionUrl);
        AddTags(values, "aws:RequestTag/", facts.Tags);
        AddAll(values, "aws:TagKeys", [.. facts.Tags.Keys, .. call.QueryList("tagKeys") ?? []]);
    }

    /// <summary>A request's own word goes before what is stored: an update is judged by what it would make.</summary>
    private void AddStored(
        Dictionary<string, ImmutableArray<string>> values, OperationCall call, string operation, LambdaRequestFacts facts, string resource)
    {
        AddTags(values, "aws:ResourceTag/", tags.Find(call.Caller, resource) ?? ImmutableDictionary<string, string>.Empty);
        if (operation.EndsWith("EventSourceMapping", StringComparison.Ordinal))
        {
            // The mapping is the resource, and its function, as it is now or is to be, a condition.
            EventSourceMapping? mapping = call.Label("UUID") is { } uuid ? mappings.Find(call.Caller, uuid) : null;
            Add(values, FunctionArnKey, FunctionArnOf(call.Caller, facts.FunctionName) ?? mapping?.Configuration.FunctionArn);
        }
        else if (operation.EndsWith("FunctionUrlConfig", StringComparison.Ordinal)
            && call.Label("FunctionName") is { } name && FunctionReference.TryParse(name, call.Caller, out FunctionReference? function))
        {
            Add(values, FunctionArnKey, function.Function.ToString());
            Add(
                values,
                ConditionKeys.FunctionUrlAuthType,
                facts.FunctionUrlAuthType ?? urls.Find(function with { Qualifier = function.Qualifier ?? call.Query("Qualifier") })?.AuthType);
        }
    }

    private static string? FunctionArnOf(Caller caller, string? name) =>
        name is not null && FunctionReference.TryParse(name, caller, out FunctionReference? function) ? function.ToString() : null;

    private static void Add(Dictionary<string, ImmutableArray<string>> values, string key, string? value)
    {
        if (value is not null)
        {
            values[key] = [value];
        }
    }

    private static void AddAll(Dictionary<string, ImmutableArray<string>> values, string key, ImmutableArray<string> given)
    {
        if (!given.IsEmpty)
        {
            values[key] = given;
        }
    }

    private static void AddTags(Dictionary<string, ImmutableArray<string>> values, string prefix, IReadOnlyDictionary<string, string> tags)
    {
        foreach ((string key, string value) in tags)
        {
            values[prefix + key] = [value];
        }
    }
}
