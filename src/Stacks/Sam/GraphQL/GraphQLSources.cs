using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Resources;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.GraphQL;

/// <summary>The data sources of a GraphQL API: tables, functions, and the one that is none.</summary>
internal sealed class GraphQLSources(string graphQLApiId, SamDefinition definition, TemplateMap apiId, SamContext context)
{
    private const string Type = "AWS::AppSync::DataSource";

    private readonly Dictionary<string, TemplateNode> _names = new(StringComparer.Ordinal);

    /// <summary>The data source for what has none, made when it is first asked for.</summary>
    public GeneratedResource? NoneSource { get; private set; }

    public IEnumerable<GeneratedResource> Build(TemplateMap? sources)
    {
        List<GeneratedResource> resources = [];
        foreach ((TemplateKey key, TemplateNode value) in (sources?["DynamoDb"] as TemplateMap)?.Entries ?? [])
        {
            resources.AddRange(Table(key.Name, (TemplateMap)value));
        }

        foreach ((TemplateKey key, TemplateNode value) in (sources?["Lambda"] as TemplateMap)?.Entries ?? [])
        {
            resources.AddRange(Function(key.Name, (TemplateMap)value));
        }

        return resources;
    }

    /// <summary>A reference to a source's name; null where there is none of this id.</summary>
    public TemplateNode? NameOf(string sourceId)
    {
        if (!sourceId.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            return _names.GetValueOrDefault(sourceId);
        }

        if (NoneSource is null)
        {
            NoneSource = new GeneratedResource(Type, $"{graphQLApiId}NoneDataSource", definition.Attributes, definition.DependsOn);
            NoneSource["ApiId"] = apiId;
            NoneSource["Name"] = NoneSource.LogicalId;
            NoneSource["Type"] = "NONE";
        }

        return Intrinsic.GetAtt(NoneSource.LogicalId, "Name");
    }

    private GeneratedResource Source(string sourceId, string kind, string type, TemplateMap settings)
    {
        GeneratedResource source = new(Type, $"{graphQLApiId}{sourceId}{kind}DataSource", definition.Attributes, definition.DependsOn);
        source["Name"] = settings["Name"] is { IsTruthy: true } name ? name : sourceId;
        source["Type"] = type;
        source["ApiId"] = apiId;
        source["Description"] = settings["Description"];
        _names[sourceId] = Intrinsic.GetAtt(source.LogicalId, "Name");
        return source;
    }

    private IEnumerable<GeneratedResource> Table(string sourceId, TemplateMap settings)
    {
        GeneratedResource source = Source(sourceId, "DynamoDB", "AMAZON_DYNAMODB", settings);
        TemplateNode region = settings["Region"] is { IsTruthy: true } given ? given : Intrinsic.Ref("AWS::Region");
        TemplateMap config = new() { { "AwsRegion", region }, { "TableName", settings["TableName"] } };
        foreach (string name in new[] { "UseCallerCredentials", "Versioned" })
        {
            if (settings[name] is { IsTruthy: true } value)
            {
                config[name] = value;
            }
        }

        if (settings["DeltaSync"] is { } delta)
        {
            config["DeltaSyncConfig"] = delta;
        }

        source["DynamoDBConfig"] = config;
        TemplateNode arn = settings["TableArn"] is { IsTruthy: true } own ? own : Intrinsic.Sub(
            "arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}",
            new TemplateMap { { "__TableName__", settings["TableName"] }, { "__Region__", region } });
        TemplateList permissions = settings["Permissions"] is TemplateList { Count: > 0 } asked ? asked : new TemplateList(["Read", "Write"]);
        return WithRole(source, settings, "ToTableConnector", "AWS::DynamoDB::Table", arn, permissions);
    }

    private IEnumerable<GeneratedResource> Function(string sourceId, TemplateMap settings)
    {
        GeneratedResource source = Source(sourceId, "Lambda", "AWS_LAMBDA", settings);
        TemplateNode arn = settings["FunctionArn"]!;
        source["LambdaConfig"] = new TemplateMap { ["LambdaFunctionArn"] = arn };
        return WithRole(source, settings, "ToLambdaConnector", "AWS::Lambda::Function", arn, new TemplateList(["Write"]));
    }

    /// <summary>The source with the role that is named, or with one that a connector gives its rights.</summary>
    private IEnumerable<GeneratedResource> WithRole(
        GeneratedResource source, TemplateMap settings, string suffix, string targetType, TemplateNode targetArn, TemplateList permissions)
    {
        if (settings["ServiceRoleArn"] is { IsTruthy: true } given)
        {
            source["ServiceRoleArn"] = given;
            return [source];
        }

        GeneratedResource role = new(ExecutionRole.Type, $"{source.LogicalId}Role", definition.Attributes, definition.DependsOn);
        role["AssumeRolePolicyDocument"] = IamPolicies.AssumeRole("appsync.amazonaws.com");
        source["ServiceRoleArn"] = role.Arn;
        ConnectorResource connector = ConnectorResource.Make(
            $"{source.LogicalId}{suffix}",
            new TemplateMap { ["Type"] = Type, ["Arn"] = source.Arn, ["RoleName"] = role.Reference },
            new TemplateMap { ["Type"] = targetType, ["Arn"] = targetArn },
            permissions);
        return [source, role, .. connector.Expand(context)];
    }
}
