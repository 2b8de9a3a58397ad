using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Functions.CodeSigning;
using Lamina.Functions.EventSources;
using Lamina.Store;

namespace Lamina.Functions.Settings;

/// <summary>Tags of everything that has an ARN and takes tags.</summary>
public sealed class ResourceTags(ICatalog catalog, FunctionPermissions permissions)
{
    public Task AddAsync(Caller caller, string arn, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        if (tags.Count == 0)
        {
            throw AwsError.InvalidParameterValue("An error occurred and the request cannot be processed.");
        }

        TaggedResource resource = Parse(caller, arn, "lambda:TagResource");
        return ChangeAsync(resource, before => TagRules.Added(before, tags), cancellationToken);
    }

    public Task RemoveAsync(Caller caller, string arn, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        TaggedResource resource = Parse(caller, arn, "lambda:UntagResource");
        return ChangeAsync(resource, before => TagRules.Removed(before, keys), cancellationToken);
    }

    public IReadOnlyDictionary<string, string> List(Caller caller, string arn) =>
        Find(catalog.Current, Parse(caller, arn, "lambda:ListTags")) ?? ImmutableDictionary<string, string>.Empty;

    /// <summary>Of a function, whatever the qualifier in its ARN, or of something else of the caller's; null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Find(Caller caller, string arn)
    {
        if (arn.Split(':') is not ["arn", _, "lambda", var region, var owner, var kind, var name, ..] || !AccountId.TryParse(owner, out AccountId account))
        {
            return null;
        }

        CatalogSnapshot snapshot = catalog.Current;
        bool isOwn = account == caller.Account && region == caller.Region;
        return kind switch
        {
            "function" => FunctionDocuments.Find(snapshot, new FunctionArn(region, account, name))?.Tags,
            "code-signing-config" when isOwn => CodeSigningConfigs.Find(snapshot, arn)?.Tags,
            "event-source-mapping" when isOwn => EventSourceMappings.Find(snapshot, caller, name)?.Tags,
            _ => null,
        };
    }

    private TaggedResource Parse(Caller caller, string arn, string action)
    {
        TaggedResource resource = TaggedResource.Parse(caller, arn, action);
        if (resource is TaggedResource.Function function && function.Arn.Account != caller.Account)
        {
            permissions.Require(catalog.Current, caller, new FunctionReference(function.Arn, null), action);
        }

        return resource;
    }

    private Task ChangeAsync(
        TaggedResource resource,
        Func<IReadOnlyDictionary<string, string>?, IReadOnlyDictionary<string, string>?> change,
        CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            Put(transaction, resource, change(Find(transaction, resource)));
            return true;
        },
        cancellationToken);

    private static IReadOnlyDictionary<string, string>? Find(CatalogSnapshot snapshot, TaggedResource resource) => resource switch
    {
        TaggedResource.Function function => FunctionTags.Of(snapshot, function.Arn),
        TaggedResource.CodeSigning config => CodeSigningConfigs.Require(snapshot, config.Arn).Tags,
        TaggedResource.Mapping mapping => EventSourceMappings.RequireByArn(snapshot, mapping.Caller, mapping.Arn).Tags,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static void Put(CatalogTransaction transaction, TaggedResource resource, IReadOnlyDictionary<string, string>? tags)
    {
        switch (resource)
        {
            case TaggedResource.Function function:
                FunctionTags.Put(transaction, function.Arn, tags);
                break;
            case TaggedResource.CodeSigning config:
                CodeSigningConfigs.Put(transaction, CodeSigningConfigs.Require(transaction, config.Arn) with { Tags = tags });
                break;
            case TaggedResource.Mapping mapping:
                EventSourceMappings.Put(transaction, EventSourceMappings.RequireByArn(transaction, mapping.Caller, mapping.Arn) with { Tags = tags });
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>What the ARN of a tag request names. The model's pattern has been checked before.</summary>
internal abstract record TaggedResource
{
    private TaggedResource()
    {
    }

    public static TaggedResource Parse(Caller caller, string arn, string action)
    {
        string[] parts = arn.Split(':');
        RequireOwn(caller, arn, parts, action);
        return parts[5] switch
        {
            "function" when parts.Length == 7 => new Function(new FunctionArn(parts[3], AccountId.Parse(parts[4]), parts[6])),
            "function" => throw AwsError.InvalidParameterValue(
                "Tags on function aliases and versions are not supported. Please specify a function ARN."),
            "code-signing-config" => new CodeSigning(arn),
            "event-source-mapping" => new Mapping(caller, arn),
            // There are none here, so none is found.
            "capacity-provider" => throw AwsError.ResourceNotFound($"Capacity provider not found: {arn}"),
            _ => throw AwsError.InvalidParameterValue($"Resources of the type {parts[5]} take no tags here: {arn}"),
        };
    }

    private static void RequireOwn(Caller caller, string arn, string[] parts, string action)
    {
        if (parts[3] != caller.Region)
        {
            throw AwsError.ResourceNotFound($"Functions from '{parts[3]}' are not reachable in this region ('{caller.Region}')");
        }

        // Of functions their policies are asked.
        if (parts[4] != caller.Account.Value && parts is not [.., "function", _])
        {
            throw AwsError.AccessDenied(
                $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {arn} "
                + $"because no resource-based policy allows the {action} action");
        }
    }

    public sealed record Function(FunctionArn Arn) : TaggedResource;

    public sealed record CodeSigning(string Arn) : TaggedResource;

    public sealed record Mapping(Caller Caller, string Arn) : TaggedResource;
}
