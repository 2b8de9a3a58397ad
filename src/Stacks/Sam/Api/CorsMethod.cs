using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>A REST API's property Cors, and the OPTIONS methods that it makes.</summary>
internal sealed class CorsMethod
{
    private const string Everything = "'*'";

    private static readonly string[] Known = ["AllowMethods", "AllowHeaders", "AllowOrigin", "MaxAge", "AllowCredentials"];

    private static readonly string[] AllMethods = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"];

    private readonly TemplateNode? _origin;
    private readonly TemplateNode? _headers;
    private readonly TemplateNode? _methods;
    private readonly TemplateNode? _maxAge;
    private readonly bool _credentials;

    /// <exception cref="SamResourceException">The property is invalid.</exception>
    public CorsMethod(string apiId, TemplateNode cors)
    {
        if (cors is TemplateText || Intrinsic.Is(cors))
        {
            _origin = cors;
            return;
        }

        TemplateMap map = cors as TemplateMap ?? throw new SamResourceException(apiId, "Invalid value for 'Cors' property", "Cors", cors.Position);
        foreach (string key in map.Names.Where(static key => !Known.Contains(key)))
        {
            throw new SamResourceException(apiId, $"Invalid key '{key}' for 'Cors' property.", $"Cors.{key}");
        }

        _origin = map.Has("AllowOrigin") ? map["AllowOrigin"] : Everything;
        _headers = map["AllowHeaders"];
        _methods = map["AllowMethods"];
        _maxAge = map["MaxAge"];
        _credentials = map["AllowCredentials"] is TemplateBool { Value: true };
    }

    public void Check(string apiId)
    {
        if (_credentials && TemplateNode.Same(_origin, Everything))
        {
            throw new SamResourceException(
                apiId,
                "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" or not set", "Cors.AllowCredentials");
        }
    }

    /// <summary>Adds OPTIONS to a path that has none.</summary>
    /// <exception cref="SamTemplateException">No origin is allowed.</exception>
    public void AddTo(SwaggerEditor editor, string path)
    {
        TemplateNode? methods = _methods;
        foreach (TemplateMap item in editor.PathItems(path))
        {
            if (item.Has("options"))
            {
                continue;
            }

            if (_origin is not { IsTruthy: true })
            {
                throw new SamTemplateException("Invalid input. Value for AllowedOrigins is required");
            }

            // What one side of an Fn::If allows, its other side allows as well.
            methods = methods is { IsTruthy: true } ? methods : $"'{MethodsOf(item)}'";
            item["options"] = Method(methods);
        }
    }

    private static string MethodsOf(TemplateMap item)
    {
        IEnumerable<string> methods = item.Has(SpecificationEditor.AnyMethod) ? AllMethods : item.Names.Append("options");
        return string.Join(',', methods.Select(static name => name.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal));
    }

    private TemplateMap Method(TemplateNode methods)
    {
        TemplateMap parameters = SpecificationEditor.Map();
        TemplateMap headers = SpecificationEditor.Map();
        Add(parameters, headers, "Access-Control-Allow-Origin", _origin!, "string");
        if (_headers is { IsTruthy: true })
        {
            Add(parameters, headers, "Access-Control-Allow-Headers", _headers, "string");
        }

        Add(parameters, headers, "Access-Control-Allow-Methods", methods, "string");
        if (_maxAge is not null)
        {
            Add(parameters, headers, "Access-Control-Max-Age", _maxAge, "integer");
        }

        if (_credentials)
        {
            Add(parameters, headers, "Access-Control-Allow-Credentials", "'true'", "string");
        }

        TemplateMap method = SpecificationEditor.Map();
        method["summary"] = "CORS support";
        method["consumes"] = new TemplateList(["application/json"]);
        method["produces"] = new TemplateList(["application/json"]);
        method[SpecificationEditor.Integration] = IntegrationOf(parameters);
        TemplateMap response = SpecificationEditor.Map();
        response["description"] = "Default response for CORS method";
        response["headers"] = headers;
        method["responses"] = Single("200", response);
        return method;
    }

    private static TemplateMap IntegrationOf(TemplateMap parameters)
    {
        TemplateMap integration = SpecificationEditor.Map();
        integration["type"] = "mock";
        integration["requestTemplates"] = new TemplateMap { ["application/json"] = "{\n  \"statusCode\" : 200\n}\n" };
        TemplateMap response = SpecificationEditor.Map();
        response["statusCode"] = "200";
        response["responseParameters"] = parameters;
        response["responseTemplates"] = new TemplateMap { ["application/json"] = "{}\n" };
        integration["responses"] = Single("default", response);
        return integration;
    }

    private static TemplateMap Single(string name, TemplateNode value)
    {
        TemplateMap map = SpecificationEditor.Map();
        map[name] = value;
        return map;
    }

    private static void Add(TemplateMap parameters, TemplateMap headers, string header, TemplateNode value, string type)
    {
        parameters[$"method.response.header.{header}"] = value;
        headers[header] = new TemplateMap { ["type"] = type };
    }
}
