using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>An authoriser of an HTTP API: OAuth 2 by JWT, a function, or IAM.</summary>
internal sealed class HttpAuthorizer
{
    private const string Extension = "x-amazon-apigateway-authorizer";
    private const string OAuth = "OAuth2 Authorizer";
    private const string Lambda = "Lambda Authorizer";

    private static readonly (string Property, string For, string Advice)[] Settings =
    [
        ("AuthorizationScopes", OAuth, ""), ("JwtConfiguration", OAuth, ""),
        ("IdentitySource", OAuth, ". For Lambda Authorizer, use the 'Identity' property instead"), ("FunctionArn", Lambda, ""),
        ("FunctionInvokeRole", Lambda, ""), ("Identity", Lambda, ""), ("AuthorizerPayloadFormatVersion", Lambda, ""),
        ("EnableSimpleResponses", Lambda, ""), ("EnableFunctionDefaultPermissions", Lambda, ""),
    ];

    private static readonly (string Prefix, string Property)[] IdentitySources =
        [("$request.header.", "Headers"), ("$request.querystring.", "QueryStrings"), ("$stageVariables.", "StageVariables"), ("$context.", "Context")];

    private readonly string _apiId;
    private readonly string _partition;
    private readonly TemplateMap? _settings;
    private readonly TemplateMap? _jwt;

    /// <exception cref="SamResourceException">The settings are invalid.</exception>
    public HttpAuthorizer(string apiId, string partition, TemplateKey name, TemplateMap? settings)
    {
        _apiId = apiId;
        _partition = partition;
        _settings = settings;
        Name = name;
        if (settings is null)
        {
            return;
        }

        _jwt = settings["JwtConfiguration"] is { IsTruthy: true } jwt ? Lowered(Expected.Property(jwt, apiId, "JwtConfiguration").ToBeMap()) : null;
        CheckSettings(settings);
        if (settings["EnableFunctionDefaultPermissions"] is { } enable)
        {
            Expected.Property(enable, apiId, $"Authorizers.{name.Name}.EnableFunctionDefaultPermissions").ToBeBoolean();
        }
    }

    public TemplateKey Name { get; }

    public TemplateNode? Scopes => _settings?["AuthorizationScopes"];

    public TemplateNode? FunctionArn => _settings?["FunctionArn"];

    public bool NeedsPermission => FunctionArn is { IsTruthy: true } && _settings!["EnableFunctionDefaultPermissions"] is { IsTruthy: true };

    public TemplateMap ToOpenApi()
    {
        if (_settings is null)
        {
            return new TemplateMap
            {
                ["type"] = "apiKey",
                ["name"] = "Authorization",
                ["in"] = "header",
                ["x-amazon-apigateway-authtype"] = "awsSigv4",
            };
        }

        if (_jwt is { Count: > 0 })
        {
            TemplateMap oauth = new() { { "jwtConfiguration", _jwt }, { "identitySource", _settings["IdentitySource"] }, { "type", "jwt" } };
            return new TemplateMap { ["type"] = "oauth2", [Extension] = oauth };
        }

        return new TemplateMap { ["type"] = "apiKey", ["name"] = "Unused", ["in"] = "header", [Extension] = LambdaExtension(_settings) };
    }

    private static TemplateMap Lowered(TemplateMap map)
    {
        TemplateMap lowered = new();
        foreach ((TemplateKey key, TemplateNode value) in map.Entries)
        {
            lowered.Set(new TemplateKey(key.Name.ToLowerInvariant(), key.IsUnicode), value);
        }

        return lowered;
    }

    private SamResourceException Fault(string message) => new(_apiId, message, $"Auth.Authorizers.{Name.Name}", _settings?.Position ?? default);

    private void CheckSettings(TemplateMap settings)
    {
        string kind = _jwt is { Count: > 0 } ? OAuth : Lambda;
        if (settings["AuthorizationScopes"] is not (null or TemplateList))
        {
            throw Fault("AuthorizationScopes must be a list.");
        }

        foreach ((string property, string allowedFor, string advice) in Settings)
        {
            if (settings[property] is not null && allowedFor != kind)
            {
                throw Fault($"{property} is only supported for {allowedFor}{advice}.");
            }
        }

        foreach (string required in kind == OAuth ? (string[])["IdentitySource"] : ["FunctionArn", "AuthorizerPayloadFormatVersion"])
        {
            if (settings[required] is not { IsTruthy: true })
            {
                throw Fault($"{Name.Name} {kind} must define '{required}'.");
            }
        }
    }

    private TemplateMap LambdaExtension(TemplateMap settings)
    {
        TemplateMap extension = new() { ["type"] = "request", ["authorizerUri"] = Arns.Authorizer(_partition, FunctionArn) };
        if (settings["FunctionInvokeRole"] is { IsTruthy: true } role && !TemplateNode.Same(role, "NONE"))
        {
            extension["authorizerCredentials"] = role;
        }

        if (settings["Identity"] is { IsTruthy: true } identity)
        {
            AddIdentity(extension, Expected.Property(identity, _apiId, $"Auth.Authorizers.{Name.Name}.Identity").ToBeMap());
        }

        extension.Set("authorizerPayloadFormatVersion", settings["AuthorizerPayloadFormatVersion"]);
        if (settings["EnableSimpleResponses"] is { IsTruthy: true } simple)
        {
            extension["enableSimpleResponses"] = simple;
        }

        return extension;
    }

    private void AddIdentity(TemplateMap extension, TemplateMap identity)
    {
        if (identity["ReauthorizeEvery"] is { } seconds)
        {
            extension["authorizerResultTtlInSeconds"] = seconds;
        }

        TemplateList sources = new();
        foreach ((string prefix, string property) in IdentitySources)
        {
            if (identity[property] is { IsTruthy: true } values)
            {
                sources.AddRange(Expected.Property(values, _apiId, $"Authorizers.{Name.Name}.Identity.{property}").ToBeListOfStrings()
                    .Select(value => (TemplateNode)$"{prefix}{((TemplateText)value).Value}"));
            }
        }

        extension["identitySource"] = sources;
    }
}
