using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.GraphQL;

/// <summary>The functions of a GraphQL API and the resolvers that run them one after the other.</summary>
internal sealed class GraphQLCode(string graphQLApiId, SamDefinition definition, TemplateMap apiId, GraphQLSources sources)
{
    /// <summary>What a resolver without code runs: it gives on what its functions give.</summary>
    private const string PassingCode = "\nexport function request(ctx) {\n    return {};\n}\n\nexport function response(ctx) {\n    return ctx.prev.result;\n}\n";

    private readonly Dictionary<string, TemplateNode> _functionIds = new(StringComparer.Ordinal);

    public IEnumerable<GeneratedResource> Functions(TemplateMap? functions)
    {
        List<GeneratedResource> resources = [];
        foreach ((TemplateKey key, TemplateNode value) in functions?.Entries ?? [])
        {
            TemplateMap settings = (TemplateMap)value;
            if (settings["Id"] is { IsTruthy: true } given)
            {
                _functionIds[key.Name] = settings.Count == 1 ? given
                    : throw Fault(key.Name, "'Id' cannot be defined with other properties in Function.");
                continue;
            }

            GeneratedResource function = Function(key.Name, settings);
            _functionIds[key.Name] = Intrinsic.GetAtt(function.LogicalId, "FunctionId");
            resources.Add(function);
        }

        return resources;
    }

    public IEnumerable<GeneratedResource> Resolvers(TemplateMap? types)
    {
        List<GeneratedResource> resources = [];
        foreach ((TemplateKey type, TemplateNode resolvers) in types?.Entries ?? [])
        {
            foreach ((TemplateKey key, TemplateNode value) in ((TemplateMap)resolvers).Entries)
            {
                resources.Add(Resolver(type.Name, key.Name, (TemplateMap)value));
            }
        }

        return resources;
    }

    private static SamResourceException Fault(string id, string message) => new(id, message);

    private GeneratedResource Function(string id, TemplateMap settings)
    {
        GeneratedResource function = new(
            "AWS::AppSync::FunctionConfiguration", $"{graphQLApiId}{id}", definition.Attributes, definition.DependsOn);
        function["ApiId"] = apiId;
        function["Name"] = settings["Name"] is { IsTruthy: true } name ? name : id;
        CheckCode(id, settings);
        if (!IsGiven(settings, "InlineCode") && !IsGiven(settings, "CodeUri"))
        {
            throw Fault(id, "One of 'InlineCode' or 'CodeUri' must be set.");
        }

        function["Code"] = IsGiven(settings, "InlineCode") ? settings["InlineCode"] : null;
        function["CodeS3Location"] = IsGiven(settings, "CodeUri") ? settings["CodeUri"] : null;
        function["DataSourceName"] = SourceName(id, settings["DataSource"]);
        function["MaxBatchSize"] = settings["MaxBatchSize"];
        function["Description"] = settings["Description"];
        function["Runtime"] = Runtime(id, settings);
        function["SyncConfig"] = settings["Sync"];
        return function;
    }

    private static bool IsGiven(TemplateMap settings, string name) => settings[name] is { IsTruthy: true };

    private static void CheckCode(string id, TemplateMap settings)
    {
        if (IsGiven(settings, "InlineCode") && IsGiven(settings, "CodeUri"))
        {
            throw Fault(id, "Both 'InlineCode' and 'CodeUri' cannot be defined at the same time.");
        }
    }

    private TemplateNode SourceName(string id, TemplateNode? source) => source switch
    {
        null or { IsTruthy: false } => throw Fault(id, "'DataSource' must be set."),
        TemplateText text => sources.NameOf(text.Value) ?? throw Fault(
            id,
            $"Either define DataSource '{text.Value}' in 'DataSources' or use intrinsic function like GetAtt, ImportValue, Sub or another one "
            + "to reference a DataSource defined outside of this GraphQLApi resource."),
        _ => source,
    };

    private static TemplateMap Runtime(string id, TemplateMap settings) => settings["Runtime"] is TemplateMap runtime
        ? new TemplateMap { { "Name", runtime["Name"] }, { "RuntimeVersion", runtime["Version"] } }
        : throw Fault(id, $"'Runtime' must be defined as a property in {id}.");

    private GeneratedResource Resolver(string type, string id, TemplateMap settings)
    {
        GeneratedResource resolver = new(
            "AWS::AppSync::Resolver", $"{graphQLApiId}{type}{id}", definition.Attributes, new TemplateList([$"{graphQLApiId}Schema"]));
        CheckCode(id, settings);
        resolver["Code"] = settings["InlineCode"];
        resolver["CodeS3Location"] = settings["CodeUri"];
        if (!IsGiven(settings, "InlineCode") && !IsGiven(settings, "CodeUri"))
        {
            resolver["Code"] = PassingCode;
            resolver["Runtime"] = new TemplateMap { ["Name"] = "APPSYNC_JS", ["RuntimeVersion"] = "1.0.0" };
        }
        else
        {
            resolver["Runtime"] = Runtime(id, settings);
        }

        resolver["ApiId"] = apiId;
        resolver["FieldName"] = settings["FieldName"] is { IsTruthy: true } field ? field : id;
        resolver["TypeName"] = type;
        if (settings["Pipeline"] is not TemplateList { Count: > 0 } pipeline)
        {
            throw Fault(
                id,
                $"Resolver '{id}' must have Pipeline defined. Unit resolvers are not supported. If you need a Unit resolver you can use AppSync resource.");
        }

        resolver["Kind"] = "PIPELINE";
        resolver["PipelineConfig"] = new TemplateMap
        {
            ["Functions"] = new TemplateList(pipeline.Select(name => _functionIds.GetValueOrDefault(Python27.Print(name))
                ?? throw Fault(id, $"Function '{Python27.Print(name)}' does not exist.")).ToArray()),
        };
        resolver["CachingConfig"] = settings["Caching"];
        resolver["MaxBatchSize"] = IsGiven(settings, "MaxBatchSize") ? settings["MaxBatchSize"] : null;
        return resolver;
    }
}
