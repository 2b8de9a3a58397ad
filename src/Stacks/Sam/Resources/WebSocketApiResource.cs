using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::WebSocketApi: a WebSocket API with its routes, integrations, authoriser, stage and custom domain.</summary>
internal sealed class WebSocketApiResource(SamDefinition definition) : SamResource(definition)
{
    private const string CreatedBy = "websocketapi:createdBy";
    private const string DefaultStage = "default";
    private const string ConnectRoute = "$connect";

    private static readonly Dictionary<string, string> ReferredParts = new(StringComparer.Ordinal)
    {
        ["Stage"] = "AWS::ApiGatewayV2::Stage",
        ["DomainName"] = "AWS::ApiGatewayV2::DomainName",
    };

    private static readonly string[] OwnSettings =
    [
        "ApiKeySelectionExpression", "Description", "DisableExecuteApiEndpoint", "DisableSchemaValidation", "IpAddressType",
        "RouteSelectionExpression",
    ];

    private static readonly string[] RouteSettings =
        ["ApiKeyRequired", "ModelSelectionExpression", "OperationName", "RequestModels", "RouteResponseSelectionExpression"];

    public override IReadOnlyDictionary<string, string> Parts => ReferredParts;

    private TemplateMap? Auth => Property("Auth") is TemplateMap { Count: > 0 } auth ? auth : null;

    private TemplateNode StageName => Property("StageName") ?? DefaultStage;

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        foreach (string name in new[] { "Auth", "Domain", "Routes" })
        {
            Definition[name] = context.Parameters.Resolve(Property(name));
        }

        TemplateMap routes = Property("Routes") is TemplateMap { Count: > 0 } given ? given
            : throw Fault("WebSocket API must have at least one route.", "Routes");
        Check(routes);
        List<GeneratedResource> resources = [WebSocketApi()];
        GeneratedResource[] domain = [.. new HttpApiDomain(LogicalId, new TemplateMap(), CreatedBy, context).Build(Property("Domain"))];
        GeneratedResource stage = Stage();
        List<string> routeIds = [];
        foreach ((TemplateKey key, TemplateNode value) in routes.Entries)
        {
            TemplateMap settings = value as TemplateMap ?? throw new TemplateShapeException(value, "map");
            GeneratedResource[] made = [.. Route(key.Name, settings)];
            routeIds.Add(made[0].LogicalId);
            resources.AddRange(made);
        }

        stage.DependsOn = IsSet("RouteSettings") ? new TemplateList(routeIds.Select(static id => (TemplateNode)id)) : null;
        resources.AddRange([.. domain, stage, .. Authorizer(routes)]);
        Tags.Propagate(resources, Property("Tags"), IsSet("PropagateTags"));
        return resources;
    }

    private void Check(TemplateMap routes)
    {
        if (Property("IpAddressType") is { } addresses && !Intrinsic.Is(addresses) && addresses is not TemplateText { Value: "ipv4" or "dualstack" })
        {
            throw Fault("IpAddressType must be 'ipv4' or 'dualstack'.", "IpAddressType");
        }

        if ((Property("Domain") as TemplateMap)?["MutualTlsAuthentication"] is { IsTruthy: true })
        {
            throw Fault("Mutual TLS domain name association is not supported for Websocket APIs.", "Domain.MutualTlsAuthentication");
        }

        if (Auth is not null && !routes.Has(ConnectRoute))
        {
            throw Fault("Authorization is only available if there is a $connect route.", "Auth");
        }
    }

    private GeneratedResource WebSocketApi()
    {
        GeneratedResource api = new("AWS::ApiGatewayV2::Api", LogicalId, null, DependsOn);
        foreach (string name in OwnSettings)
        {
            api[name] = Property(name);
        }

        api["Name"] = Property("Name") ?? LogicalId;
        TemplateMap tags = Property("Tags") is TemplateMap { Count: > 0 } given ? given : new TemplateMap();
        tags[CreatedBy] = "SAM";
        api["Tags"] = tags;
        api["ProtocolType"] = "WEBSOCKET";
        return api;
    }

    private GeneratedResource Stage()
    {
        string name = (StageName as TemplateText)?.Value ?? "";
        if (name == "$default")
        {
            throw Fault("Stages cannot be named $default for WebSocket APIs.", "StageName");
        }

        GeneratedResource stage = new("AWS::ApiGatewayV2::Stage", name == DefaultStage ? $"{LogicalId}DefaultStage" : $"{LogicalId}{name}Stage");
        stage["ApiId"] = Intrinsic.Ref(LogicalId);
        stage["StageName"] = StageName;
        stage["Tags"] = new TemplateMap { [CreatedBy] = "SAM" };
        stage["AutoDeploy"] = true;
        foreach (string property in new[] { "StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings" })
        {
            stage[property] = Property(property);
        }

        return stage;
    }

    /// <summary>Route, integration, permission.</summary>
    private IEnumerable<GeneratedResource> Route(string key, TemplateMap settings)
    {
        string id = $"{LogicalId}{IdOf(key)}";
        GeneratedResource route = new("AWS::ApiGatewayV2::Route", $"{id}Route");
        route["RouteKey"] = key;
        route["ApiId"] = Intrinsic.Ref(LogicalId);
        foreach (string name in RouteSettings)
        {
            route[name] = settings[name];
        }

        if (settings["RequestParameters"] is { IsTruthy: true } parameters)
        {
            route["RequestParameters"] = key == ConnectRoute ? parameters
                : throw Fault("Request parameters are only supported for the $connect route in WebSocket APIs.", "Routes");
        }

        route["Target"] = Intrinsic.Join("/", new TemplateList(["integrations", Intrinsic.Ref($"{id}Integration")]));
        SetAuthorization(key, route);
        if (!settings.Has("FunctionArn"))
        {
            throw Fault("Route must have associated function.", "Routes");
        }

        TemplateNode arn = settings["FunctionArn"] ?? TemplateNull.Instance;
        return [route, IntegrationOf($"{id}Integration", arn, settings), PermissionOf($"{id}Permission", key, arn)];
    }

    private string IdOf(string key)
    {
        bool isSpecial = key is ConnectRoute or "$disconnect" or "$default";
        if (!isSpecial && !LogicalIds.MayStand(key))
        {
            throw Fault(
                $"Route key '{key}' must be alphanumeric. Only $connect, $disconnect, and $default special routes are supported.", "Routes");
        }

        string letters = key.TrimStart('$');
        return $"{char.ToUpperInvariant(letters[0])}{letters[1..].ToLowerInvariant()}";
    }

    private void SetAuthorization(string key, GeneratedResource route)
    {
        if (Auth is not { } auth)
        {
            return;
        }

        CheckAuth(auth);
        if (key != ConnectRoute)
        {
            return;
        }

        string type = Python27.Print(auth["AuthType"]);
        route["AuthorizationType"] = type is "CUSTOM" or "AWS_IAM" ? type : "NONE";
        route["AuthorizerId"] = type == "CUSTOM" ? Intrinsic.Ref($"{LogicalId}ConnectAuthorizer") : null;
    }

    private void CheckAuth(TemplateMap auth)
    {
        string? fault = auth["AuthType"] is not TemplateText { IsTruthy: true } type ? "AuthType must be specified for additional auth configurations."
            : type.Value.ToUpperInvariant() switch
            {
                "CUSTOM" when auth["AuthArn"] is not { IsTruthy: true } => "AuthArn must be specified if AuthType is CUSTOM.",
                "AWS_IAM" or "NONE" when auth.Count > 1 =>
                    $"No additional configurations supported for AuthType {type.Value.ToUpperInvariant()}.",
                "CUSTOM" or "AWS_IAM" or "NONE" => null,
                _ => "AuthType is not one of AWS_IAM, CUSTOM or NONE.",
            };
        if (fault is not null)
        {
            throw Fault(fault, "Auth");
        }
    }

    private GeneratedResource IntegrationOf(string id, TemplateNode arn, TemplateMap settings)
    {
        GeneratedResource integration = new("AWS::ApiGatewayV2::Integration", id);
        integration["ApiId"] = Intrinsic.Ref(LogicalId);
        integration["IntegrationType"] = "AWS_PROXY";
        integration["IntegrationUri"] = UriOf("FunctionArn", arn);
        integration["TimeoutInMillis"] = settings["IntegrationTimeout"];
        return integration;
    }

    private static TemplateMap UriOf(string variable, TemplateNode? arn) => Intrinsic.Sub(
        $"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{variable}}}/invocations",
        new TemplateMap { { variable, arn } });

    private GeneratedResource PermissionOf(string id, string key, TemplateNode arn)
    {
        GeneratedResource permission = new("AWS::Lambda::Permission", id);
        permission["Action"] = "lambda:InvokeFunction";
        permission["FunctionName"] = arn;
        permission["Principal"] = "apigateway.amazonaws.com";
        string prefix = $"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{LogicalId}.ApiId}}";
        permission["SourceArn"] = StageName is TemplateText name ? Intrinsic.Sub($"{prefix}/{name.Value}/{key}")
            : Intrinsic.Sub($"{prefix}/${{__StageName__}}/{key}", new TemplateMap { ["__StageName__"] = StageName });
        return permission;
    }

    private IEnumerable<GeneratedResource> Authorizer(TemplateMap routes)
    {
        if (Auth is not { } auth || !routes.Has(ConnectRoute) || !TemplateNode.Same(auth["AuthType"], "CUSTOM"))
        {
            yield break;
        }

        string id = $"{LogicalId}ConnectAuthorizer";
        GeneratedResource authorizer = new("AWS::ApiGatewayV2::Authorizer", id);
        authorizer["ApiId"] = Intrinsic.Ref(LogicalId);
        authorizer["AuthorizerCredentialsArn"] = auth["InvokeRole"];
        authorizer["AuthorizerType"] = "REQUEST";
        authorizer["AuthorizerUri"] = UriOf("AuthArn", auth["AuthArn"]);
        authorizer["IdentitySource"] = auth["IdentitySource"];
        authorizer["Name"] = auth["Name"] is { IsTruthy: true } name ? name : id;
        yield return authorizer;
        if (auth["InvokeRole"] is not { IsTruthy: true })
        {
            yield return HttpApiResource.AuthorizerPermission(LogicalId, $"{LogicalId}AuthorizerPermission", auth["AuthArn"]!, new TemplateMap());
        }
    }
}
