using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>A REST API's document, completed by what the API's properties say: CORS, authorisers, responses, models.</summary>
internal sealed class RestApiDocument(SamDefinition definition, SamContext context)
{
    private static readonly string[] AuthSettings =
    [
        "Authorizers", "DefaultAuthorizer", "InvokeRole", "AddDefaultAuthorizerToCorsPreflight", "AddApiKeyRequiredToCorsPreflight",
        "ApiKeyRequired", "ResourcePolicy", "UsagePlan",
    ];

    private readonly string _apiId = definition.LogicalId;

    public TemplateMap? Body { get; private set; } = definition["DefinitionBody"] as TemplateMap;

    private TemplateNode? Version => definition["OpenApiVersion"];

    public void CheckSource()
    {
        if (IsGiven("DefinitionUri") && IsGiven("DefinitionBody"))
        {
            throw Fault("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.", "DefinitionUri");
        }

        if (IsGiven("DefinitionUri") && IsGiven("MergeDefinitions"))
        {
            throw Fault("Cannot set 'MergeDefinitions' to True when using `DefinitionUri`.", "MergeDefinitions");
        }

        if (Version is { IsTruthy: true } version && !SwaggerEditor.IsSupportedVersion(version))
        {
            throw Fault("The OpenApiVersion value must be of the format '3.0.0'.", "OpenApiVersion");
        }
    }

    public void Complete()
    {
        AddCors();
        AddAuth();
        AddGatewayResponses();
        if (definition["BinaryMediaTypes"] is { IsTruthy: true } types && Body is { Count: > 0 })
        {
            Edit(editor => editor.AddBinaryMediaTypes(types));
        }

        AddModels();
    }

    public void SetEndpoint()
    {
        if (definition["DisableExecuteApiEndpoint"] is not { } disable)
        {
            return;
        }

        if (Body is not { Count: > 0 })
        {
            throw Fault("DisableExecuteApiEndpoint works only within 'DefinitionBody' property.", "DisableExecuteApiEndpoint");
        }

        Edit(editor => editor.DisableExecuteApiEndpoint(disable));
    }

    public TemplateMap Finish() => Body = OpenApi3Form.Apply(Body!, Version);

    /// <summary>The authorisers that the API names.</summary>
    public List<RestAuthorizer> NamedAuthorizers()
    {
        if (definition["Auth"] is not TemplateMap { Count: > 0 } auth || auth["Authorizers"] is not { IsTruthy: true } given)
        {
            return [];
        }

        TemplateMap authorizers = Expected.Property(given, _apiId, "Auth.Authorizers").ToBeMap();
        return [.. authorizers.Entries.Select(entry => new RestAuthorizer(
            _apiId, context.Partition, entry.Key, Expected.Property(entry.Value, _apiId, $"Auth.Authorizers.{entry.Key.Name}").ToBeMap()))];
    }

    private bool IsGiven(string property) => definition[property] is { IsTruthy: true };

    private SamResourceException Fault(string message, string path) => new(_apiId, message, path, definition[path]?.Position ?? default);

    private void Edit(Action<SwaggerEditor> edit)
    {
        SwaggerEditor editor = new(Body);
        edit(editor);
        Body = editor.Document;
    }

    private void RequireBody(string property)
    {
        if (Body is not { Count: > 0 })
        {
            throw Fault($"{property} works only with inline Swagger specified in 'DefinitionBody' property.", property);
        }
    }

    private void RequireValidBody(string what, string property)
    {
        if (!SwaggerEditor.IsValid(Body))
        {
            throw Fault($"Unable to add {what} because 'DefinitionBody' does not contain a valid Swagger definition.", property);
        }
    }

    private void AddCors()
    {
        if (definition["Cors"] is not { IsTruthy: true } given)
        {
            return;
        }

        RequireBody("Cors");
        CorsMethod cors = new(_apiId, given);
        RequireValidBody("Cors configuration", "Cors");
        cors.Check(_apiId);
        Edit(editor =>
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            foreach (string path in editor.Paths.Names.Where(path => seen.Add(path == "/" ? path : path.TrimEnd('/'))).ToArray())
            {
                try
                {
                    cors.AddTo(editor, path);
                }
                catch (SamTemplateException fault)
                {
                    throw new SamResourceException(_apiId, fault.Message, "Cors");
                }
            }
        });
    }

    private void AddAuth()
    {
        if (definition["Auth"] is not { IsTruthy: true } given)
        {
            return;
        }

        RequireBody("Auth");
        if (given is not TemplateMap auth || !auth.Names.All(AuthSettings.Contains))
        {
            throw Fault("Invalid value for 'Auth' property", "Auth");
        }

        RequireValidBody("Auth configuration", "Auth");
        SwaggerEditor editor = new(Body);
        AddAuthorizers(editor, auth);
        if (auth["ApiKeyRequired"] is { IsTruthy: true })
        {
            editor.Security.AddApiKey();
            foreach (string path in editor.Paths.Names)
            {
                editor.Security.RequireApiKey(path, Flag(auth, "AddApiKeyRequiredToCorsPreflight"));
            }
        }

        if (auth["ResourcePolicy"] is { IsTruthy: true } policy)
        {
            AddResourcePolicy(editor, SpecificationEditor.CheckMap(policy, "ResourcePolicy must be a map (ResourcePolicyStatement)."));
        }

        Body = OpenApi3Form.Apply(editor.Document, Version);
    }

    private static bool Flag(TemplateMap auth, string name) => !auth.Has(name) || auth[name] is { IsTruthy: true };

    private void AddAuthorizers(SwaggerEditor editor, TemplateMap auth)
    {
        List<RestAuthorizer> authorizers = NamedAuthorizers();
        if (TemplateNode.Same(auth["DefaultAuthorizer"], "AWS_IAM"))
        {
            authorizers.Insert(0, new RestAuthorizer(_apiId, context.Partition, ((TemplateText)auth["DefaultAuthorizer"]!).Key, null));
        }

        if (authorizers.Count == 0)
        {
            return;
        }

        editor.Security.AddAuthorizers(authorizers);
        if (auth["DefaultAuthorizer"] is not { IsTruthy: true } name)
        {
            return;
        }

        TemplateText text = name as TemplateText ?? throw Fault("DefaultAuthorizer is not a string.", "Auth");
        if (!authorizers.Exists(authorizer => authorizer.Key.Name == text.Value))
        {
            throw Fault($"Unable to set DefaultAuthorizer because '{text.Value}' was not defined in 'Authorizers'.", "Auth");
        }

        foreach (string path in editor.Paths.Names)
        {
            editor.Security.SetDefaultAuthorizer(path, text, authorizers, Flag(auth, "AddDefaultAuthorizerToCorsPreflight"));
        }
    }

    private void AddResourcePolicy(SwaggerEditor editor, TemplateMap policy)
    {
        foreach ((TemplateKey key, TemplateNode _) in editor.Paths.Entries)
        {
            editor.ResourcePolicy.Add(policy, key, definition["StageName"]);
        }

        if (policy["CustomStatements"] is { IsTruthy: true } statements)
        {
            editor.ResourcePolicy.AddCustomStatements(statements);
        }
    }

    private void AddGatewayResponses()
    {
        if (definition["GatewayResponses"] is not TemplateMap { Count: > 0 } responses)
        {
            return;
        }

        RequireBody("GatewayResponses");
        foreach ((TemplateKey key, TemplateNode response) in responses.Entries)
        {
            GatewayResponse.Check(_apiId, key.Name, response);
        }

        // AWS's text speaks of Auth here too.
        RequireValidBody("Auth configuration", "GatewayResponses");
        Edit(editor =>
        {
            foreach ((TemplateKey key, TemplateMap response) in responses.Entries
                .Select(response => (response.Key, GatewayResponse.ToSwagger(_apiId, response.Key.Name, (TemplateMap)response.Value))).ToArray())
            {
                editor.AddGatewayResponse(key, response);
            }
        });
    }

    private void AddModels()
    {
        if (definition["Models"] is not TemplateMap { Count: > 0 } models)
        {
            return;
        }

        RequireBody("Models");
        RequireValidBody("Models definitions", "Models");
        if (!models.Entries.All(static model => model.Value is TemplateMap))
        {
            throw Fault("Invalid value for 'Models' property", "Models");
        }

        Edit(editor => editor.AddModels(models));
        Body = OpenApi3Form.Apply(Body!, Version);
    }
}
