using System.Globalization;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>An authoriser of a REST API: a function, user pools of Cognito, or IAM.</summary>
internal sealed class RestAuthorizer
{
    private const string Extension = "x-amazon-apigateway-authorizer";

    private static readonly (string Property, string Prefix)[] IdentitySources =
    [
        ("Headers", "method.request.header."), ("QueryStrings", "method.request.querystring."), ("StageVariables", "stageVariables."),
        ("Context", "context."),
    ];

    private readonly string _apiId;
    private readonly string _partition;
    private readonly TemplateMap _settings;
    private readonly bool _isIam;

    /// <exception cref="SamResourceException">The settings are invalid.</exception>
    public RestAuthorizer(string apiId, string partition, TemplateKey key, TemplateMap? settings)
    {
        _apiId = apiId;
        _partition = partition;
        _isIam = settings is null;
        _settings = settings ?? new TemplateMap();
        Key = key;
        CheckPayload();
        Scopes = Expected.Property(
            _settings["AuthorizationScopes"] ?? new TemplateList(), apiId, $"Authorizers.{key.Name}.AuthorizationScopes").ToBeList();
        if (_settings["DisableFunctionDefaultPermissions"] is { } disable)
        {
            Expected.Property(disable, apiId, $"Authorizers.{key.Name}.DisableFunctionDefaultPermissions").ToBeBoolean();
        }
    }

    public TemplateKey Key { get; }

    public TemplateList Scopes { get; }

    public TemplateNode? FunctionArn => _settings["FunctionArn"];

    /// <summary>Whether API Gateway must be allowed to call the function.</summary>
    public bool NeedsPermission => FunctionArn is { IsTruthy: true } && _settings["DisableFunctionDefaultPermissions"] is not { IsTruthy: true };

    private string Type => _isIam ? "AWS_IAM" : _settings["UserPoolArn"] is { IsTruthy: true } ? "COGNITO_USER_POOLS" : "LAMBDA";

    private string Payload => _settings["FunctionPayloadType"] is TemplateText { IsTruthy: true } text ? text.Value : "TOKEN";

    private TemplateNode? Identity => _settings["Identity"];

    public TemplateMap ToSwagger()
    {
        string type = Type;
        TemplateMap swagger = SpecificationEditor.Map();
        swagger["type"] = "apiKey";
        swagger.Set("name", type == "LAMBDA" && Payload == "REQUEST" ? "Unused" : IdentityHeader());
        swagger["in"] = "header";
        swagger["x-amazon-apigateway-authtype"] = type switch { "AWS_IAM" => "awsSigv4", "COGNITO_USER_POOLS" => "cognito_user_pools", _ => "custom" };
        if (type == "COGNITO_USER_POOLS")
        {
            TemplateMap pools = SpecificationEditor.Map();
            pools["type"] = "cognito_user_pools";
            TemplateNode arn = _settings["UserPoolArn"]!;
            pools["providerARNs"] = arn is TemplateList ? arn : new TemplateList([arn]);
            swagger[Extension] = pools;
        }
        else if (type == "LAMBDA")
        {
            swagger[Extension] = LambdaExtension();
        }

        AddValidation(swagger, type);
        return swagger;
    }

    private void CheckPayload()
    {
        TemplateNode? payload = _settings["FunctionPayloadType"];
        if (payload is not (null or TemplateText { Value: "TOKEN" or "REQUEST" }))
        {
            throw Fault($"{Key.Name} Authorizer has invalid 'FunctionPayloadType': {Python27.Print(payload)}.");
        }

        if (payload is TemplateText { Value: "REQUEST" } && LacksIdentitySource())
        {
            throw Fault($"{Key.Name} Authorizer must specify Identity with at least one of Headers, QueryStrings, StageVariables, or Context.");
        }
    }

    private SamResourceException Fault(string message) => new(_apiId, message, $"Auth.Authorizers.{Key.Name}", _settings.Position);

    /// <summary>A source is needed to cache by; without caching none is.</summary>
    private bool LacksIdentitySource()
    {
        if (Identity is not { IsTruthy: true } identity)
        {
            return true;
        }

        TemplateMap map = Expected.Property(identity, _apiId, $"Authorizer.{Key.Name}.Identity").ToBeMap();
        bool lacks = IdentitySources.All(source => map[source.Property] is not { IsTruthy: true });
        return lacks && (SecondsOf(map["ReauthorizeEvery"]) is not { } seconds || seconds > 0);
    }

    private static double? SecondsOf(TemplateNode? node) => node switch
    {
        TemplateNumber number => Math.Truncate(double.Parse(number.Digits, CultureInfo.InvariantCulture)),
        TemplateBool boolean => boolean.Value ? 1 : 0,
        TemplateText text when long.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) => value,
        _ => null,
    };

    private TemplateNode IdentityHeader()
    {
        if (Identity is { IsTruthy: true } and not TemplateMap)
        {
            throw Fault(
                "Auth.Authorizers.<Authorizer>.Identity must be a dict (LambdaTokenAuthorizationIdentity, LambdaRequestAuthorizationIdentity or CognitoAuthorizationIdentity).");
        }

        return (Identity as TemplateMap)?["Header"] is { IsTruthy: true } header ? header : "Authorization";
    }

    private TemplateMap LambdaExtension()
    {
        TemplateMap extension = SpecificationEditor.Map();
        extension["type"] = Payload == "REQUEST" ? "request" : "token";
        extension["authorizerUri"] = Arns.Authorizer(_partition, FunctionArn);
        TemplateMap? identity = Identity as TemplateMap;
        if (identity?["ReauthorizeEvery"] is { } seconds)
        {
            extension["authorizerResultTtlInSeconds"] = seconds;
        }

        if (_settings["FunctionInvokeRole"] is { IsTruthy: true } role && !TemplateNode.Same(role, "NONE"))
        {
            extension["authorizerCredentials"] = role;
        }

        if (Payload == "REQUEST" && IdentitySourceOf(identity) is { IsTruthy: true } source)
        {
            extension["identitySource"] = source;
        }

        return extension;
    }

    private TemplateText IdentitySourceOf(TemplateMap? identity)
    {
        List<TemplateText> sources = [];
        foreach ((string property, string prefix) in IdentitySources)
        {
            if (identity?[property] is { IsTruthy: true } values)
            {
                sources.AddRange(Expected.Property(values, _apiId, $"Auth.Authorizers.{Key.Name}.Identity.{property}").ToBeListOfStrings()
                    .Cast<TemplateText>().Select(value => new TemplateText(prefix + value.Value, value.IsUnicode)));
            }
        }

        return new TemplateText(string.Join(", ", sources.Select(static source => source.Value)), sources.Exists(static source => source.IsUnicode));
    }

    private void AddValidation(TemplateMap swagger, string type)
    {
        bool validates = type == "COGNITO_USER_POOLS" || (type == "LAMBDA" && Payload == "TOKEN");
        if (validates && (Identity as TemplateMap)?["ValidationExpression"] is { IsTruthy: true } expression)
        {
            ((TemplateMap)swagger[Extension]!)["identityValidationExpression"] = expression;
        }
    }
}
