using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>Changes the document of an HTTP API.</summary>
internal sealed partial class OpenApiEditor : SpecificationEditor
{
    public const string DefaultPath = "$default";

    private const string Cors = "x-amazon-apigateway-cors";
    private const string TagValue = "x-amazon-apigateway-tag-value";

    private static readonly (string Property, string Key)[] CorsSettings =
    [
        ("AllowOrigins", "allowOrigins"), ("AllowHeaders", "allowHeaders"), ("AllowMethods", "allowMethods"), ("ExposeHeaders", "exposeHeaders"),
        ("MaxAge", "maxAge"), ("AllowCredentials", "allowCredentials"),
    ];

    private readonly TemplateNode _schemes;
    private readonly TemplateNode _tags;
    private readonly TemplateNode _info;

    /// <exception cref="SamDocumentException">No valid document.</exception>
    public OpenApiEditor(TemplateNode? document)
        : base(IsValid(document) ? (TemplateMap)document! : throw SamDocumentException.Of(
            "Invalid OpenApi document. Invalid values or missing keys for 'openapi' or 'paths' in 'DefinitionBody'."))
    {
        TemplateNode? components = Own["components"];
        if (components is not (null or TemplateMap))
        {
            throw SamDocumentException.Of("Invalid OpenApi document: The value of 'components' should be a map");
        }

        _schemes = OrElse((components as TemplateMap)?["securitySchemes"], Map());
        _tags = OrElse(Own["tags"], new TemplateList());
        _info = OrElse(Own["info"], Map());
    }

    public static TemplateMap DefaultTitle => Intrinsic.Ref("AWS::StackName");

    public override TemplateMap Document
    {
        get
        {
            Own["paths"] = Paths;
            if (_tags.IsTruthy)
            {
                Own["tags"] = _tags;
            }

            if (_schemes.IsTruthy)
            {
                if (Own["components"] is not TemplateMap { Count: > 0 })
                {
                    Own["components"] = Map();
                }

                ((TemplateMap)Own["components"]!)["securitySchemes"] = _schemes;
            }

            if (_info.IsTruthy)
            {
                Own["info"] = _info;
            }

            return (TemplateMap)Own.Copy();
        }
    }

    public static TemplateMap Skeleton()
    {
        TemplateMap skeleton = Map();
        skeleton["openapi"] = "3.0.1";
        TemplateMap info = Map();
        info["version"] = "1.0";
        info["title"] = DefaultTitle;
        skeleton["info"] = info;
        skeleton["paths"] = Map();
        return skeleton;
    }

    public static bool IsValid(TemplateNode? document) => document is TemplateMap { Count: > 0 } map && map["paths"] is TemplateMap
        && map["openapi"] is { IsTruthy: true } version && IsOpenApi3(version);

    public static string WithoutParameters(string path) => PathParameter().Replace(path, "*");

    /// <summary>Whether everything goes to the function with this id, so that a path of its own needs no further permission.</summary>
    public bool SendsAllTo(string functionId)
    {
        TemplateText method = new(AnyMethod);
        if (!HasIntegration(DefaultPath, method))
        {
            return false;
        }

        foreach (TemplateMap definition in MethodsAt(DefaultPath, method, withIntegrationOnly: false))
        {
            TemplateNode? integration = definition.Has(Integration) ? definition[Integration] : new TemplateMap();
            TemplateMap map = CheckMap(integration, $"Value of '{Integration}' must be a dictionary according to Swagger spec.");
            if (map["uri"] is not TemplateMap uri || !Contents(uri).All(content => Names(content, functionId)))
            {
                return false;
            }
        }

        return true;
    }

    public void AddLambdaIntegration(TemplateText path, TemplateText method, TemplateMap uri, TemplateNode? condition)
    {
        TemplateText name = Normalized(method);
        if (HasIntegration(path.Value, name))
        {
            return;
        }

        AddPath(path, name);
        TemplateNode target = condition is null ? uri : Intrinsic.If(condition, uri);
        foreach (TemplateMap item in PathItems(path.Value))
        {
            if (item[name.Value] is not TemplateMap)
            {
                item.Set(name.Key, Map());
            }

            TemplateMap definition = (TemplateMap)item[name.Value]!;
            TemplateMap integration = Map();
            definition[Integration] = integration;
            integration["type"] = "aws_proxy";
            integration["httpMethod"] = "POST";
            integration["payloadFormatVersion"] = "2.0";
            integration["uri"] = target;
            if (path.Value == DefaultPath && name.Value == AnyMethod)
            {
                definition["isDefaultRoute"] = true;
            }

            definition.GetOrSet("responses", Map);
            if (condition is not null)
            {
                item[name.Value] = Intrinsic.If(condition, definition);
            }
        }
    }

    public void AddPathParameters(string path, TemplateText method, IEnumerable<string> names)
    {
        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            TemplateList parameters = definition.GetOrSetList("parameters");
            foreach (string name in names)
            {
                TemplateMap? known = parameters.OfType<TemplateMap>().FirstOrDefault(parameter => TemplateNode.Same(parameter["name"], name));
                TemplateMap parameter = known ?? Map();
                parameter["name"] = known?["name"] ?? new TemplateText(name, isUnicode: true);
                parameter["in"] = "path";
                parameter["required"] = true;
                if (known is null)
                {
                    parameters.Add(parameter);
                }
            }
        }
    }

    public void SetPayloadFormatVersion(string path, TemplateText method, TemplateNode version)
    {
        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            ((TemplateMap)definition[Integration]!)["payloadFormatVersion"] = version;
        }
    }

    public void AddAuthorizers(IEnumerable<HttpAuthorizer> authorizers)
    {
        foreach (HttpAuthorizer authorizer in authorizers)
        {
            ((TemplateMap)_schemes).Set(authorizer.Name, authorizer.ToOpenApi());
        }
    }

    /// <summary>Gives each method of a path but OPTIONS the authoriser, unless it has security of its own.</summary>
    public void SetDefaultAuthorizer(string path, TemplateText name, TemplateNode scopes)
    {
        foreach (TemplateMap item in PathItems(path))
        {
            foreach ((TemplateKey key, TemplateNode value) in item.Entries)
            {
                string method = Normalized(new TemplateText(key.Name)).Value;
                if (method is "parameters" or "options")
                {
                    continue;
                }

                if (!item.Has(method))
                {
                    throw SamDocumentException.Of($"Could not find {method} in {path} within DefinitionBody.");
                }

                foreach (TemplateMap definition in Contents(value).Select(content => CheckMethod(content, path, key.Name)))
                {
                    if (definition[Integration] is { IsTruthy: true } && definition["security"] is not { IsTruthy: true })
                    {
                        definition["security"] = new TemplateList([new TemplateMap { { name.Key, scopes } }]);
                    }
                }
            }
        }
    }

    public void SetMethodAuthorizer(string path, TemplateText method, TemplateText name, TemplateMap? authorizers, TemplateNode? scopes)
    {
        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            TemplateNode used = new TemplateList();
            if (name.Value is not ("NONE" or "AWS_IAM") && authorizers is not null)
            {
                TemplateMap known = (authorizers.Has(name.Value) ? authorizers[name.Value] : Map()) as TemplateMap
                    ?? throw SamDocumentException.Of($"Type of authorizer '{name.Value}' must be a dictionary");
                TemplateNode? asked = scopes is { IsTruthy: true } ? scopes : known["AuthorizationScopes"];
                used = known.Count > 0 && asked is { IsTruthy: true } ? asked : used;
            }

            definition["security"] = new TemplateList([.. SecurityOf(definition, path, method.Value), new TemplateMap { { name.Key, used } }]);
        }
    }

    public void AddTags(TemplateMap tags)
    {
        foreach ((TemplateKey key, TemplateNode value) in tags.Entries)
        {
            TemplateList list = _tags as TemplateList ?? throw SamDocumentException.Of(
                $"Tags in OpenApi DefinitionBody needs to be a list. {Python27.Print(_tags)} is a {Python27.TypeOf(_tags)} not a list.");
            TemplateMap? known = list.OfType<TemplateMap>().FirstOrDefault(tag => TemplateNode.Same(tag["name"], key.Name));
            if (known is null)
            {
                known = Map();
                known["name"] = key.Name;
                list.Add(known);
            }

            known[TagValue] = value;
        }
    }

    public void SetEndpoint(TemplateNode disable)
    {
        TemplateNode servers = Own.Has(Servers) ? Own[Servers] ?? TemplateNull.Instance : new TemplateList([Map()]);
        foreach (TemplateNode server in (servers as TemplateList) ?? [])
        {
            TemplateMap map = CheckMap(server, $"Value of '{Servers}' item must be a dictionary according to Swagger spec.");
            TemplateMap configuration = map.GetOrSetMap("x-amazon-apigateway-endpoint-configuration");
            configuration["disableExecuteApiEndpoint"] = disable;
        }

        Own[Servers] = servers;
    }

    /// <param name="cors">A map of settings, or an intrinsic function that gives one.</param>
    public void AddCors(TemplateMap cors)
    {
        TemplateNode? there = Own.Has(Cors) ? Own[Cors] : new TemplateMap();
        TemplateMap configuration = CheckMap(there, $"Value of '{Cors}' must be a dictionary according to Swagger spec.");
        if (Intrinsic.Is(cors["AllowOrigins"]))
        {
            configuration.Merge(Renamed((TemplateMap)cors["AllowOrigins"]!));
        }
        else
        {
            foreach ((string property, string key) in CorsSettings)
            {
                TemplateNode? value = cors[property];
                bool counts = property switch
                {
                    "MaxAge" => value is not null,
                    "AllowCredentials" => value is TemplateBool { Value: true },
                    _ => value is { IsTruthy: true },
                };
                if (counts)
                {
                    configuration[key] = value;
                }
            }
        }

        Own[Cors] = configuration;
    }

    public void SetTitle(TemplateNode title)
    {
        if (_info is TemplateMap info && DefaultTitle.SameAs(info["title"]))
        {
            info["title"] = title;
        }
    }

    public void SetDescription(TemplateNode description)
    {
        if (_info is TemplateMap info && info["description"] is not { IsTruthy: true })
        {
            info["description"] = description;
        }
    }

    private static TemplateNode OrElse(TemplateNode? node, TemplateNode other) => node is { IsTruthy: true } ? node : other;

    private static bool Names(TemplateNode? uri, string functionId) => (uri as TemplateMap)?["Fn::Sub"] is TemplateText text
        && FunctionArn().Match(text.Value) is { Success: true } match && match.Value.Split(".Arn")[0] == functionId;

    /// <summary>Settings within an intrinsic function, wherever their names stand.</summary>
    private static TemplateMap Renamed(TemplateMap map) => (TemplateMap)RenamedNode(map);

    private static TemplateNode RenamedNode(TemplateNode node)
    {
        switch (node)
        {
            case TemplateMap map:
                TemplateMap renamed = new();
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    renamed.Set(RenamedText(key.Name), RenamedNode(value));
                }

                return renamed;
            case TemplateList list:
                return new TemplateList(list.Select(RenamedNode));
            case TemplateText text:
                return RenamedText(text.Value);
            default:
                return node;
        }
    }

    private static string RenamedText(string text) => CorsSettings.Aggregate(
        text, static (current, setting) => current.Replace(setting.Property, setting.Key, StringComparison.Ordinal));

    [GeneratedRegex("{([a-zA-Z0-9._-]+|proxy\\+)}")]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"([A-Za-z0-9]+\.Arn)")]
    private static partial Regex FunctionArn();
}
