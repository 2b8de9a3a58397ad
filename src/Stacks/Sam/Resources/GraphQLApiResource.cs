using Lamina.Stacks.Sam.GraphQL;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::GraphQLApi: an API of AppSync with its schema, keys, cache, data sources, functions and resolvers.</summary>
internal sealed class GraphQLApiResource(SamDefinition definition) : SamResource(definition)
{
    private const string CreatedBy = "graphqlapi:createdBy";

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        TemplateMap model = Schema.Read("GraphQLApi", LogicalId, Known());
        GeneratedResource api = Make("AWS::AppSync::GraphQLApi", "");
        TemplateMap apiId = Intrinsic.GetAtt(LogicalId, "ApiId");
        List<TemplateNode> authorizers = new GraphQLAuth(LogicalId, (TemplateMap)model["Auth"]!).Apply(api);
        SetOwn(api, model);
        List<GeneratedResource> resources = [api, SchemaOf(model, apiId)];
        for (int index = 0; index < authorizers.Count; index++)
        {
            resources.AddRange(AuthorizerConnector(authorizers[index], index + 1, apiId).Expand(context));
        }

        resources.AddRange(AddLogging(api, model["Logging"]));
        resources.AddRange(ApiKeys(model["ApiKeys"] as TemplateMap, apiId));
        resources.AddRange(Cache(model["Cache"] as TemplateMap, apiId));
        GraphQLSources sources = new(LogicalId, Definition, apiId, context);
        resources.AddRange(sources.Build(model["DataSources"] as TemplateMap));
        resources.AddRange(DomainOf(model["DomainName"] as TemplateMap, apiId));
        GraphQLCode code = new(LogicalId, Definition, apiId, sources);
        resources.AddRange(code.Functions(model["Functions"] as TemplateMap));
        resources.AddRange(code.Resolvers(model["Resolvers"] as TemplateMap));
        resources.AddRange(sources.NoneSource is { } none ? [none] : []);
        return resources;
    }

    /// <summary>Without what is null, and what the type does not have, which goes without a word.</summary>
    private TemplateMap Known()
    {
        PropertyTable table = PropertyTable.Resource(SamTypes.GraphQLApi);
        TemplateMap given = new();
        foreach ((TemplateKey key, TemplateNode value) in Definition.Properties.Entries.Where(
            property => property.Value is not TemplateNull && table.Has(property.Key.Name)))
        {
            given.Set(key, value);
        }

        return given;
    }

    private GeneratedResource Make(string type, string suffix) => new(type, $"{LogicalId}{suffix}", Attributes, DependsOn);

    private void SetOwn(GeneratedResource api, TemplateMap model)
    {
        api["Name"] = model["Name"] is { IsTruthy: true } name ? name : LogicalId;
        api["XrayEnabled"] = model["XrayEnabled"];
        foreach (string property in new[] { "Visibility", "OwnerContact", "IntrospectionConfig", "QueryDepthLimit", "ResolverCountLimit" })
        {
            api[property] = model[property] is { IsTruthy: true } value ? value : null;
        }

        TemplateMap tags = (model["Tags"] as TemplateMap)?.CopyFlat() ?? new TemplateMap();
        tags[CreatedBy] = "SAM";
        api["Tags"] = Tags.ListOf(tags);
    }

    private static void CopyGiven(GeneratedResource target, TemplateMap from, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            target[name] = from[name];
        }
    }

    private GeneratedResource SchemaOf(TemplateMap model, TemplateMap apiId)
    {
        bool inline = model["SchemaInline"] is { IsTruthy: true };
        bool uri = model["SchemaUri"] is { IsTruthy: true };
        if (inline == uri)
        {
            throw Fault(inline ? "Both 'SchemaInline' and 'SchemaUri' cannot be defined at the same time." : "One of 'SchemaInline' or 'SchemaUri' must be set.");
        }

        GeneratedResource schema = Make("AWS::AppSync::GraphQLSchema", "Schema");
        schema["ApiId"] = apiId;
        schema["Definition"] = model["SchemaInline"];
        schema["DefinitionS3Location"] = model["SchemaUri"];
        return schema;
    }

    private ConnectorResource AuthorizerConnector(TemplateNode functionArn, int number, TemplateMap apiId) => ConnectorResource.Make(
        $"{LogicalId}ToLambdaAuthConnector{number}",
        new TemplateMap { ["Type"] = "AWS::AppSync::GraphQLApi", ["Arn"] = Intrinsic.Ref(LogicalId), ["ResourceId"] = apiId },
        new TemplateMap { ["Type"] = "AWS::Lambda::Function", ["Arn"] = functionArn },
        new TemplateList(["Write"]));

    /// <summary>Logging is on unless it is switched off; a role for it is made where none is named.</summary>
    private IEnumerable<GeneratedResource> AddLogging(GeneratedResource api, TemplateNode? logging)
    {
        if (logging is TemplateBool { Value: false })
        {
            return [];
        }

        TemplateMap? settings = logging as TemplateMap;
        TemplateMap config = new();
        if (settings?["ExcludeVerboseContent"] is { IsTruthy: true } exclude)
        {
            config["ExcludeVerboseContent"] = exclude;
        }

        config["FieldLogLevel"] = settings?["FieldLogLevel"] is { IsTruthy: true } level ? level : "ALL";
        api["LogConfig"] = config;
        if (settings?["CloudWatchLogsRoleArn"] is { IsTruthy: true } given)
        {
            config["CloudWatchLogsRoleArn"] = given;
            return [];
        }

        GeneratedResource role = Make(ExecutionRole.Type, "CloudWatchRole");
        role["AssumeRolePolicyDocument"] = IamPolicies.AssumeRole("appsync.amazonaws.com");
        role["ManagedPolicyArns"] = new TemplateList(
            [Intrinsic.Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs")]);
        config["CloudWatchLogsRoleArn"] = role.Arn;
        return [role];
    }

    private IEnumerable<GeneratedResource> ApiKeys(TemplateMap? keys, TemplateMap apiId)
    {
        foreach ((TemplateKey name, TemplateNode value) in keys?.Entries ?? [])
        {
            TemplateMap settings = (TemplateMap)value;
            GeneratedResource key = Make("AWS::AppSync::ApiKey", name.Name);
            key["ApiId"] = apiId;
            CopyGiven(key, settings, "ApiKeyId", "Description");
            key["Expires"] = settings["ExpiresOn"];
            yield return key;
        }
    }

    private IEnumerable<GeneratedResource> Cache(TemplateMap? settings, TemplateMap apiId)
    {
        if (settings is null)
        {
            return [];
        }

        GeneratedResource cache = Make("AWS::AppSync::ApiCache", "ApiCache");
        cache["ApiId"] = apiId;
        CopyGiven(cache, settings, "ApiCachingBehavior", "Type", "Ttl", "AtRestEncryptionEnabled", "TransitEncryptionEnabled");
        return [cache];
    }

    private IEnumerable<GeneratedResource> DomainOf(TemplateMap? settings, TemplateMap apiId)
    {
        if (settings is null)
        {
            return [];
        }

        GeneratedResource domain = Make("AWS::AppSync::DomainName", "DomainName");
        CopyGiven(domain, settings, "CertificateArn", "DomainName", "Description");
        GeneratedResource association = Make("AWS::AppSync::DomainNameApiAssociation", "DomainNameApiAssociation");
        association["ApiId"] = apiId;
        association["DomainName"] = domain.Reference;
        return [domain, association];
    }
}
