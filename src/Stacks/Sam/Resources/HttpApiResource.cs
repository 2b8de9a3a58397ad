using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::HttpApi: an HTTP API by its document, with its stage, custom domain and its authorisers' permissions.</summary>
internal sealed class HttpApiResource(SamDefinition definition) : SamResource(definition)
{
    private const string DefaultStage = "$default";
    private const string CreatedBy = "httpapi:createdBy";

    private static readonly Dictionary<string, string> ReferredParts = new(StringComparer.Ordinal)
    {
        ["Stage"] = "AWS::ApiGatewayV2::Stage",
        ["DomainName"] = "AWS::ApiGatewayV2::DomainName",
    };

    private static readonly string[] CorsSettings = ["AllowMethods", "AllowHeaders", "AllowOrigins", "MaxAge", "ExposeHeaders", "AllowCredentials"];

    private static readonly string[] AuthSettings = ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];

    private TemplateMap? _body = definition["DefinitionBody"] as TemplateMap;

    public override IReadOnlyDictionary<string, string> Parts => ReferredParts;

    private bool HasBody => _body is { Count: > 0 };

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        Definition["CorsConfiguration"] = context.Parameters.Resolve(Property("CorsConfiguration"));
        Definition["Domain"] = context.Parameters.Resolve(Property("Domain"));
        GeneratedResource api = HttpApi(context);
        GeneratedResource[] domain = [.. new HttpApiDomain(LogicalId, PassedAttributes, CreatedBy, context).Build(Property("Domain"))];
        List<GeneratedResource> resources = [api, .. Permissions(context), .. domain, Stage()];
        Tags.Propagate(resources, Property("Tags"), propagate: Property("DefinitionBody") is not null);
        return resources;
    }

    private GeneratedResource HttpApi(SamContext context)
    {
        GeneratedResource api = new("AWS::ApiGatewayV2::Api", LogicalId, Attributes, DependsOn);
        if (IsSet("DefinitionUri") && IsSet("DefinitionBody"))
        {
            throw Fault("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.", "DefinitionUri");
        }

        AddCors();
        AddAuth(context);
        AddTags();
        api["FailOnWarnings"] = IsSet("FailOnWarnings") ? Property("FailOnWarnings") : null;
        if (Property("DisableExecuteApiEndpoint") is { } disable)
        {
            RequireBody("DisableExecuteApiEndpoint works only within 'DefinitionBody' property.", "DisableExecuteApiEndpoint");
            Edit(editor => editor.SetEndpoint(disable));
        }

        AddTitle();
        AddDescription();
        RenameDefaultPath();
        if (Property("DefinitionUri") is { IsTruthy: true } uri)
        {
            api["BodyS3Location"] = S3Location.OfDefinition(uri, LogicalId, python27: false);
        }
        else
        {
            api["Body"] = HasBody ? _body : throw Fault(
                "'DefinitionUri' or 'DefinitionBody' are required properties of an 'AWS::Serverless::HttpApi'. "
                + "Add a value for one of these properties or add a 'HttpApi' event to an 'AWS::Serverless::Function'.");
        }

        return api;
    }

    private void RequireBody(string fault, string property)
    {
        if (!HasBody)
        {
            throw Fault(fault, property);
        }
    }

    private void RequireValidBody(string what, string property)
    {
        if (!OpenApiEditor.IsValid(_body))
        {
            throw Fault($"Unable to add {what} because 'DefinitionBody' does not contain a valid OpenApi definition.", property);
        }
    }

    private void Edit(Action<OpenApiEditor> edit)
    {
        OpenApiEditor editor = new(_body);
        edit(editor);
        _body = editor.Document;
    }

    private void AddCors()
    {
        if (Property("CorsConfiguration") is not { IsTruthy: true } given)
        {
            return;
        }

        RequireBody("Cors works only with inline OpenApi specified in 'DefinitionBody' property.", "CorsConfiguration");
        TemplateMap cors = CorsOf(given);
        RequireValidBody("Cors configuration", "CorsConfiguration");
        if (cors["AllowCredentials"] is TemplateBool { Value: true } && new TemplateList(["*"]).SameAs(cors["AllowOrigins"]))
        {
            throw Fault(
                "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" or not set.", "CorsConfiguration");
        }

        Edit(editor => editor.AddCors(cors));
    }

    private TemplateMap CorsOf(TemplateNode given)
    {
        if (given is TemplateBool)
        {
            return new TemplateMap { ["AllowOrigins"] = new TemplateList(["*"]) };
        }

        if (Intrinsic.Is(given))
        {
            return new TemplateMap { ["AllowOrigins"] = given };
        }

        TemplateMap map = given as TemplateMap ?? throw Fault("Invalid value for 'Cors' property.", "CorsConfiguration");
        foreach (string key in map.Names.Where(static key => !CorsSettings.Contains(key)))
        {
            throw Fault($"Invalid key '{key}' for 'Cors' property.", "CorsConfiguration");
        }

        return map;
    }

    private void AddAuth(SamContext context)
    {
        if (Property("Auth") is not TemplateMap { Count: > 0 } auth)
        {
            return;
        }

        RequireBody("Auth works only with inline OpenApi specified in the 'DefinitionBody' property.", "Auth");
        if (!auth.Names.All(AuthSettings.Contains))
        {
            throw Fault("Invalid value for 'Auth' property", "Auth");
        }

        RequireValidBody("Auth configuration", "Auth");
        OpenApiEditor editor = new(_body);
        List<HttpAuthorizer> authorizers = AuthorizersOf(auth, context);
        editor.AddAuthorizers(authorizers);
        if (auth["DefaultAuthorizer"] is { IsTruthy: true } name && !Intrinsic.IsNoValue(name))
        {
            TemplateText text = Expected.Property(name, LogicalId, "Auth.DefaultAuthorizer").ToBeString();
            HttpAuthorizer chosen = authorizers.Find(authorizer => authorizer.Name.Name == text.Value)
                ?? throw Fault($"Unable to set DefaultAuthorizer because '{text.Value}' was not defined in 'Authorizers'.", "Auth");
            foreach (string path in editor.Paths.Names)
            {
                editor.SetDefaultAuthorizer(path, text, chosen.Scopes ?? new TemplateList());
            }
        }

        _body = editor.Document;
    }

    private List<HttpAuthorizer> AuthorizersOf(TemplateMap auth, SamContext context)
    {
        List<HttpAuthorizer> authorizers = [];
        if (auth["EnableIamAuthorizer"] is TemplateBool { Value: true })
        {
            authorizers.Add(new HttpAuthorizer(LogicalId, context.Partition, "AWS_IAM", null));
        }

        if (auth["Authorizers"] is not { IsTruthy: true } given)
        {
            return authorizers;
        }

        foreach ((TemplateKey key, TemplateNode value) in Expected.Property(given, LogicalId, "Auth.Authorizers").ToBeMap().Entries)
        {
            TemplateMap settings = Expected.Property(value, LogicalId, $"Auth.Authorizers.{key.Name}").ToBeMap();
            if (settings.Has("OpenIdConnectUrl"))
            {
                throw Fault(
                    $"'OpenIdConnectUrl' is no longer a supported property for authorizer '{key.Name}'. Please refer to the AWS SAM documentation.", "Auth");
            }

            authorizers.RemoveAll(authorizer => authorizer.Name.Name == key.Name);
            authorizers.Add(new HttpAuthorizer(LogicalId, context.Partition, key, settings));
        }

        return authorizers;
    }

    private void AddTags()
    {
        if (IsSet("Tags") && !HasBody)
        {
            throw Fault("Tags works only with inline OpenApi specified in the 'DefinitionBody' property.", "Tags");
        }

        if (IsSet("Tags"))
        {
            RequireValidBody("`Tags`", "Tags");
        }

        if (!OpenApiEditor.IsValid(_body))
        {
            return;
        }

        if (!IsSet("Tags"))
        {
            Definition["Tags"] = new TemplateMap();
        }

        TemplateMap tags = (TemplateMap)Property("Tags")!;
        tags[CreatedBy] = "SAM";
        Edit(editor => editor.AddTags(tags));
    }

    private void AddTitle()
    {
        if (Property("Name") is not { IsTruthy: true } name)
        {
            return;
        }

        RequireBody("Name works only with inline OpenApi specified in the 'DefinitionBody' property.", "Name");
        if (!OpenApiEditor.DefaultTitle.SameAs(InfoOf("title", ".")))
        {
            throw Fault("Unable to set Name because it is already defined within inline OpenAPI specified in the 'DefinitionBody' property.", "Name");
        }

        Edit(editor => editor.SetTitle(name));
    }

    private void AddDescription()
    {
        if (Property("Description") is not { IsTruthy: true } description)
        {
            return;
        }

        RequireBody("Description works only with inline OpenApi specified in the 'DefinitionBody' property.", "Description");
        if (InfoOf("description", "'.") is { IsTruthy: true })
        {
            throw Fault(
                "Unable to set Description because it is already defined within inline OpenAPI specified in the 'DefinitionBody' property.", "Description");
        }

        Edit(editor => editor.SetDescription(description));
    }

    private TemplateNode? InfoOf(string name, string end) => _body!["info"] switch
    {
        null => null,
        TemplateMap info => info[name],
        _ => throw Fault($"Invalid 'DefinitionBody': The value of 'info' should be a map{end}", "DefinitionBody"),
    };

    /// <summary>API Gateway warns of a path that does not begin with a slash.</summary>
    private void RenameDefaultPath()
    {
        if (IsSet("FailOnWarnings") && _body?["paths"] is TemplateMap paths && paths.Has(OpenApiEditor.DefaultPath))
        {
            TemplateNode? item = paths[OpenApiEditor.DefaultPath];
            paths.Remove(OpenApiEditor.DefaultPath);
            paths.Set($"/{OpenApiEditor.DefaultPath}", item);
        }
    }

    private IEnumerable<GeneratedResource> Permissions(SamContext context)
    {
        foreach (HttpAuthorizer authorizer in Property("Auth") is TemplateMap { Count: > 0 } auth ? AuthorizersOf(auth, context) : [])
        {
            if (authorizer.NeedsPermission)
            {
                yield return AuthorizerPermission(
                    LogicalId, $"{LogicalId}{authorizer.Name.Name}AuthorizerPermission", authorizer.FunctionArn!, PassedAttributes);
            }
        }
    }

    public static GeneratedResource AuthorizerPermission(string apiId, string id, TemplateNode functionArn, TemplateMap attributes)
    {
        GeneratedResource permission = new("AWS::Lambda::Permission", id, attributes);
        permission["Action"] = "lambda:InvokeFunction";
        permission["FunctionName"] = functionArn;
        permission["Principal"] = "apigateway.amazonaws.com";
        permission["SourceArn"] = Intrinsic.Sub(
            Arns.Own(Arns.AnyPartition, "execute-api", "${__ApiId__}/authorizers/*"), new TemplateMap { ["__ApiId__"] = Intrinsic.Ref(apiId) });
        return permission;
    }

    private GeneratedResource Stage()
    {
        TemplateNode stageName = Property("StageName") is { IsTruthy: true } given ? given : DefaultStage;
        string name = (stageName as TemplateText)?.Value ?? "";
        string id = name == DefaultStage ? $"{LogicalId}ApiGatewayDefaultStage"
            : LogicalIds.MayStand(name) ? $"{LogicalId}{name}Stage" : LogicalIds.Of($"{LogicalId}Stage", name);
        GeneratedResource stage = new("AWS::ApiGatewayV2::Stage", id, PassedAttributes);
        stage["ApiId"] = Intrinsic.Ref(LogicalId);
        stage["StageName"] = stageName;
        stage["AutoDeploy"] = true;
        foreach (string property in new[] { "StageVariables", "AccessLogSettings", "DefaultRouteSettings", "Tags", "RouteSettings" })
        {
            stage[property] = Property(property);
        }

        return stage;
    }
}
