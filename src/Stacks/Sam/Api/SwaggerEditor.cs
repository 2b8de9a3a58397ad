using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>Changes the document of a REST API: paths, integrations, models, extensions of API Gateway.</summary>
internal sealed partial class SwaggerEditor : SpecificationEditor
{
    private const string EndpointConfiguration = "x-amazon-apigateway-endpoint-configuration";
    private const string GatewayResponses = "x-amazon-apigateway-gateway-responses";
    private const string Policy = "x-amazon-apigateway-policy";
    private const string RequestValidators = "x-amazon-apigateway-request-validators";

    private readonly TemplateMap _gatewayResponses;
    private readonly TemplateNode? _definitions;

    /// <exception cref="SamDocumentException">No valid document, or a path that is not a map.</exception>
    public SwaggerEditor(TemplateNode? document)
        : base(IsValid(document) ? (TemplateMap)document! : throw SamDocumentException.Of(
            "Invalid Swagger document or the Swagger document is not explicitly defined in 'DefinitionBody'."))
    {
        Security = new SwaggerSecurity(this, Own["securityDefinitions"]);
        _gatewayResponses = OrNew(Own[GatewayResponses]);
        ResourcePolicy = new ResourcePolicyWriter(this, OrNew(Own[Policy]));
        _definitions = Own.Has("definitions") ? Own["definitions"] : Map();
        foreach (string path in Paths.Names)
        {
            foreach (TemplateMap _ in PathItems(path))
            {
            }
        }
    }

    public SwaggerSecurity Security { get; }

    public ResourcePolicyWriter ResourcePolicy { get; }

    public override TemplateMap Document => (TemplateMap)Whole.Copy();

    public override TemplateMap Finished => Whole.AsCopied();

    private TemplateMap Whole
    {
        get
        {
            Own["paths"] = Paths;
            SetIfGiven("securityDefinitions", Security.Definitions);
            SetIfGiven(GatewayResponses, _gatewayResponses);
            SetIfGiven("definitions", _definitions);
            return Own;
        }
    }

    public static TemplateMap Skeleton()
    {
        TemplateMap skeleton = Map();
        skeleton["swagger"] = "2.0";
        TemplateMap info = Map();
        info["version"] = "1.0";
        info["title"] = Intrinsic.Ref("AWS::StackName");
        skeleton["info"] = info;
        skeleton["paths"] = Map();
        return skeleton;
    }

    public static bool IsValid(TemplateNode? document) => document is TemplateMap { Count: > 0 } map && map["paths"] is TemplateMap
        && (map["swagger"] is { IsTruthy: true } || (map["openapi"] is { IsTruthy: true } version && IsOpenApi3(version)));

    public static bool IsSupportedVersion(TemplateNode version) => SupportedVersion().IsMatch(Python27.Print(version));

    /// <summary>A path as it stands in ARNs: parameters are any text.</summary>
    public static TemplateText WithoutParameters(TemplateText path) => new(PathParameter().Replace(path.Value, "*"), path.IsUnicode);

    public void DisableExecuteApiEndpoint(TemplateNode value)
    {
        if (Own["openapi"] is { IsTruthy: true } version && IsOpenApi3(version))
        {
            TemplateNode servers = Own.Has(Servers) ? Own[Servers] ?? TemplateNull.Instance : new TemplateList([Map()]);
            int index = 0;
            foreach (TemplateNode server in (TemplateList)servers)
            {
                SetEndpoint(server, value, reason => $"Invalid OpenAPI definition of '{Servers}[{index}]': {reason}.");
                index++;
            }

            Own[Servers] = servers;
            return;
        }

        SetEndpoint(Own, value, static reason => $"Invalid OpenAPI definition: {reason}.");
    }

    /// <param name="path">The path.</param>
    /// <param name="method">The method, as any writes it.</param>
    /// <param name="uri">The integration's URI.</param>
    /// <param name="credentials">What calls the function, where API Gateway's own principal does not.</param>
    /// <param name="condition">The condition of the function.</param>
    /// <param name="streams">Whether responses are streamed.</param>
    public void AddLambdaIntegration(
        TemplateText path, TemplateText method, TemplateMap uri, TemplateNode? credentials, TemplateNode? condition, bool streams)
    {
        TemplateText name = Normalized(method);
        AddPath(path, name);
        TemplateNode target = condition is null ? uri : Intrinsic.If(condition, uri);
        foreach (TemplateMap item in PathItems(path.Value))
        {
            TemplateMap definition = DefinitionAt(item, name);
            TemplateMap integration = Map();
            definition[Integration] = integration;
            integration["type"] = "aws_proxy";
            integration["httpMethod"] = "POST";
            integration["uri"] = target;
            if (streams)
            {
                integration["responseTransferMode"] = "STREAM";
            }

            if (credentials is not null)
            {
                integration["credentials"] = credentials;
            }

            definition.GetOrSet("responses", Map);
            MakeConditional(item, name, condition);
        }
    }

    public void AddStateMachineIntegration(
        TemplateText path, TemplateText method, TemplateMap uri, TemplateNode credentials, TemplateMap requestTemplates, TemplateNode? condition)
    {
        TemplateText name = Normalized(method);
        AddPath(path, name);
        TemplateNode target = condition is null ? uri : Intrinsic.If(condition, uri);
        foreach (TemplateMap item in PathItems(path.Value))
        {
            TemplateMap definition = DefinitionAt(item, name);
            TemplateMap integration = Map();
            definition[Integration] = integration;
            integration["type"] = "aws";
            integration["httpMethod"] = "POST";
            integration["uri"] = target;
            integration["responses"] = ByStatus("statusCode", "200", "400");
            integration["credentials"] = credentials;
            definition.GetOrSet("responses", static () => ByStatus("description", "OK", "Bad Request"));
            integration.Merge(new TemplateMap { ["requestTemplates"] = requestTemplates });
            MakeConditional(item, name, condition);
        }
    }

    public void AddBinaryMediaTypes(TemplateNode types) => Own["x-amazon-apigateway-binary-media-types"] = WithSlashes(types);

    public void AddGatewayResponse(TemplateKey name, TemplateMap response) => _gatewayResponses.Set(name, response);

    public void AddModels(TemplateMap models)
    {
        foreach ((TemplateKey key, TemplateNode schema) in models.Entries)
        {
            if (((TemplateMap)schema)["type"] is not { IsTruthy: true })
            {
                throw SamDocumentException.Of("'Models' schema is missing 'type'.");
            }

            (_definitions as TemplateMap)?.Set(new TemplateKey(key.Name.ToLowerInvariant(), key.IsUnicode), schema);
        }
    }

    public void AddRequestModel(string path, TemplateText method, string model, TemplateNode? required)
    {
        string name = model.ToLowerInvariant();
        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            if (Own["swagger"] is not null)
            {
                TemplateMap parameter = Map();
                parameter["in"] = "body";
                parameter["name"] = new TemplateText(name, isUnicode: true);
                parameter["schema"] = new TemplateMap { ["$ref"] = $"#/definitions/{name}" };
                AddRequired(parameter, required);
                AddParameters(definition, [parameter]);
            }
            else if (Own["openapi"] is { IsTruthy: true } version && IsOpenApi3(version))
            {
                TemplateMap schema = new() { ["schema"] = new TemplateMap { ["$ref"] = $"#/components/schemas/{name}" } };
                TemplateMap body = new() { ["content"] = new TemplateMap { ["application/json"] = schema } };
                definition["requestBody"] = body;
                AddRequired(body, required);
            }
        }
    }

    public void AddRequestValidator(string path, TemplateText method, bool body, bool parameters)
    {
        string name = (body, parameters) switch
        {
            (true, true) => "body-and-params",
            (true, false) => "body-only",
            (false, true) => "params-only",
            _ => "no-validation",
        };
        if (Own[RequestValidators] is not TemplateMap { Count: > 0 })
        {
            Own[RequestValidators] = Map();
        }

        TemplateMap validators = (TemplateMap)Own[RequestValidators]!;
        if (validators[name] is not { IsTruthy: true })
        {
            TemplateMap validator = Map();
            validator["validateRequestBody"] = body;
            validator["validateRequestParameters"] = parameters;
            TemplateMap added = Map();
            added[name] = validator;
            validators.Merge(added);
        }

        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            TemplateMap added = Map();
            added["x-amazon-apigateway-request-validator"] = name;
            definition.Merge(added);
        }
    }

    public void AddRequestParameters(string path, TemplateText method, IReadOnlyList<RequestParameter> parameters)
    {
        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            AddParameters(definition, parameters.Select(static parameter => parameter.ToSwagger()));
            foreach (RequestParameter parameter in parameters.Where(static parameter => parameter.Caching.IsTruthy))
            {
                TemplateMap integration = (TemplateMap)definition[Integration]!;
                TemplateList keys = integration["cacheKeyParameters"] as TemplateList ?? new TemplateList();
                keys.Add(parameter.Name);
                integration["cacheKeyParameters"] = keys;
            }
        }
    }

    public void SetPolicy(TemplateMap policy) => Own[Policy] = policy;

    private static TemplateMap OrNew(TemplateNode? node) => node is TemplateMap { Count: > 0 } map ? map : Map();

    private static TemplateMap DefinitionAt(TemplateMap item, TemplateText name)
    {
        if (item[name.Value] is not TemplateMap)
        {
            item.Set(name.Key, Map());
        }

        return (TemplateMap)item[name.Value]!;
    }

    private static void MakeConditional(TemplateMap item, TemplateText name, TemplateNode? condition)
    {
        if (condition is not null)
        {
            item[name.Value] = Intrinsic.If(condition, item[name.Value]!);
        }
    }

    private static TemplateMap ByStatus(string name, string ofSuccess, string ofFailure)
    {
        TemplateMap success = Map();
        success[name] = ofSuccess;
        TemplateMap failure = Map();
        failure[name] = ofFailure;
        TemplateMap responses = Map();
        responses["200"] = success;
        responses["400"] = failure;
        return responses;
    }

    private static void AddRequired(TemplateMap target, TemplateNode? required)
    {
        if (required is not null)
        {
            target["required"] = required;
        }
    }

    private static void AddParameters(TemplateMap definition, IEnumerable<TemplateMap> added)
    {
        TemplateList parameters = definition["parameters"] as TemplateList ?? new TemplateList();
        parameters.AddRange(added);
        definition["parameters"] = parameters;
    }

    private static TemplateNode WithSlashes(TemplateNode node)
    {
        switch (node)
        {
            case TemplateText text:
                return new TemplateText(Slashes(text.Value), isUnicode: true);
            case TemplateList list:
                return new TemplateList(list.Select(WithSlashes));
            case TemplateMap map:
                TemplateMap replaced = Map();
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    replaced.Set(new TemplateKey(Slashes(key.Name), IsUnicode: true), WithSlashes(value));
                }

                return replaced;
            default:
                return node;
        }
    }

    private static string Slashes(string text) => text.Replace("~1", "/", StringComparison.Ordinal);

    private static void SetEndpoint(TemplateNode node, TemplateNode value, Func<string, string> fault)
    {
        TemplateMap map = node as TemplateMap ?? throw SamDocumentException.Of(fault("It should be a map"));
        if (map.GetOrSet(EndpointConfiguration, static () => new TemplateMap()) is not TemplateMap configuration)
        {
            throw SamDocumentException.Of(fault($"The value of '{EndpointConfiguration}' should be a map"));
        }

        configuration["disableExecuteApiEndpoint"] = value;
    }

    private void SetIfGiven(string name, TemplateNode? value)
    {
        if (value is { IsTruthy: true })
        {
            Own[name] = value;
        }
    }

    [GeneratedRegex(@"\A[2-3](\.\d)(\.\d)?\n?\z")]
    private static partial Regex SupportedVersion();

    [GeneratedRegex(@"{([a-zA-Z0-9._-]+|[a-zA-Z0-9._-]+\+|proxy\+)}")]
    private static partial Regex PathParameter();
}
