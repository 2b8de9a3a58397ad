using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::Api: a REST API with its deployment, stage, custom domain, usage plan and its authorisers' permissions.</summary>
internal sealed class ApiResource(SamDefinition definition) : SamResource(definition)
{
    private static readonly Dictionary<string, string> ReferredParts = new(StringComparer.Ordinal)
    {
        ["Stage"] = "AWS::ApiGateway::Stage",
        ["Deployment"] = "AWS::ApiGateway::Deployment",
        ["DomainName"] = "AWS::ApiGateway::DomainName",
        ["DomainNameV2"] = "AWS::ApiGateway::DomainNameV2",
        ["UsagePlan"] = "AWS::ApiGateway::UsagePlan",
        ["UsagePlanKey"] = "AWS::ApiGateway::UsagePlanKey",
        ["ApiKey"] = "AWS::ApiGateway::ApiKey",
    };

    public override IReadOnlyDictionary<string, string> Parts => ReferredParts;

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        foreach (string name in new[] { "BinaryMediaTypes", "Domain", "Auth" })
        {
            Definition[name] = context.Parameters.Resolve(Property(name));
        }

        List<GeneratedResource> resources = [];
        RestApiDocument document = new(Definition, context);
        GeneratedResource api = RestApi(document, context);
        RestApiDomain.Parts domain = new RestApiDomain(Definition, context).Build();
        GeneratedResource deployment = Deployment(context, document, out string? digest);
        GeneratedResource stage = Stage(deployment);
        if (digest is not null)
        {
            deployment["Description"] = $"RestApi deployment id: {digest}";
        }

        resources.AddRange([api, deployment, stage, .. AuthorizerPermissions(document, context), .. domain.Resources]);
        resources.AddRange(new UsagePlan(Definition, stage.LogicalId, context).Build());
        resources.AddRange(domain.AccessAssociation);
        Tags.Propagate(resources, Property("Tags"), IsSet("PropagateTags"));
        return resources;
    }

    private GeneratedResource RestApi(RestApiDocument document, SamContext context)
    {
        document.CheckSource();
        GeneratedResource api = new("AWS::ApiGateway::RestApi", LogicalId, Attributes, DependsOn);
        api["BinaryMediaTypes"] = Property("BinaryMediaTypes");
        api["MinimumCompressionSize"] = Property("MinimumCompressionSize");
        if (Property("EndpointConfiguration") is { IsTruthy: true } endpoint)
        {
            SetEndpoint(api, endpoint);
        }
        else if (!context.Options.HasEdgeEndpoints)
        {
            SetEndpoint(api, "REGIONAL");
        }

        document.Complete();
        CopyGiven(api, "FailOnWarnings");
        document.SetEndpoint();
        if (Property("DefinitionUri") is { IsTruthy: true } uri)
        {
            api["BodyS3Location"] = S3Location.OfDefinition(uri, LogicalId, python27: true);
        }
        else if (document.Body is { Count: > 0 })
        {
            api["Body"] = document.Finish();
        }

        CopyGiven(api, "Name", "Description", "Mode", "ApiKeySourceType", "Policy", "SecurityPolicy", "EndpointAccessMode");
        return api;
    }

    private void CopyGiven(GeneratedResource target, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Property(name) is { IsTruthy: true } value)
            {
                target[name] = value;
            }
        }
    }

    private static void SetEndpoint(GeneratedResource api, TemplateNode value)
    {
        if (value is not TemplateMap map || map["Type"] is not { IsTruthy: true } type)
        {
            api["EndpointConfiguration"] = new TemplateMap { ["Types"] = new TemplateList([value]) };
            api["Parameters"] = new TemplateMap { ["endpointConfigurationTypes"] = value };
            return;
        }

        api["Parameters"] = new TemplateMap { ["endpointConfigurationTypes"] = type };
        TemplateMap configuration = new() { ["Types"] = new TemplateList([type]) };
        api["EndpointConfiguration"] = configuration;
        if (map.Has("VPCEndpointIds") && map.Has("VpcEndpointIds"))
        {
            throw new SamResourceException(
                api.LogicalId, "'VPCEndpointIds' and 'VpcEndpointIds' cannot be used together in EndpointConfiguration.", "EndpointConfiguration");
        }

        if (map.Has("VPCEndpointIds") || map.Has("VpcEndpointIds"))
        {
            configuration.Set("VpcEndpointIds", map["VPCEndpointIds"] is { IsTruthy: true } ids ? ids : map["VpcEndpointIds"]);
        }

        if (map.Has("IpAddressType"))
        {
            configuration.Set("IpAddressType", map["IpAddressType"]);
        }
    }

    /// <summary>A deployment whose id is a hash over all that must be deployed anew when it changes.</summary>
    private GeneratedResource Deployment(SamContext context, RestApiDocument document, out string? digest)
    {
        string id = $"{LogicalId}Deployment";
        digest = DeploymentHash.Of(LogicalId, Definition, document.Body, context);
        GeneratedResource deployment = new("AWS::ApiGateway::Deployment", digest is null ? id : LogicalIds.WithHash(id, digest), PassedAttributes);
        deployment["RestApiId"] = Intrinsic.Ref(LogicalId);
        if (!IsSet("OpenApiVersion"))
        {
            deployment["StageName"] = "Stage";
        }

        return deployment;
    }

    private GeneratedResource Stage(GeneratedResource deployment)
    {
        string name = (Property("StageName") as TemplateText)?.Value ?? "";
        GeneratedResource stage = new(
            "AWS::ApiGateway::Stage",
            LogicalIds.MayStand(name) ? $"{LogicalId}{name}Stage" : LogicalIds.Of($"{LogicalId}Stage", name), PassedAttributes);
        stage["RestApiId"] = Intrinsic.Ref(LogicalId);
        stage["DeploymentId"] = Intrinsic.Ref(deployment.LogicalId);
        foreach (string property in (string[])
        [
            "StageName", "CacheClusterEnabled", "CacheClusterSize", "Variables", "MethodSettings", "AccessLogSetting", "CanarySetting", "TracingEnabled",
        ])
        {
            stage[property] = Property(property);
        }

        stage["Tags"] = Property("Tags") is TemplateMap tags ? Tags.ListOf(tags) : null;
        return stage;
    }

    private IEnumerable<GeneratedResource> AuthorizerPermissions(RestApiDocument document, SamContext context)
    {
        foreach (RestAuthorizer authorizer in document.NamedAuthorizers().Where(static authorizer => authorizer.NeedsPermission))
        {
            GeneratedResource permission = new("AWS::Lambda::Permission", $"{LogicalId}{authorizer.Key.Name}AuthorizerPermission", PassedAttributes);
            permission["Action"] = "lambda:InvokeFunction";
            permission["FunctionName"] = authorizer.FunctionArn;
            permission["Principal"] = "apigateway.amazonaws.com";
            permission["SourceArn"] = Intrinsic.Sub(
                Arns.Own(context.Partition, "execute-api", "${__ApiId__}/authorizers/*"), new TemplateMap { ["__ApiId__"] = Intrinsic.Ref(LogicalId) });
            yield return permission;
        }
    }
}
