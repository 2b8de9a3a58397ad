using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Steps;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A route of an HTTP API that calls the function.</summary>
internal sealed partial class HttpApiEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    private string _apiId = "";
    private TemplateMap _api = new();

    private TemplateText Path => this["Path"] as TemplateText ?? throw new TemplateShapeException(this["Path"], "string");

    private TemplateText Method => this["Method"] as TemplateText ?? throw new TemplateShapeException(this["Method"], "string");

    public override void Link(TemplateMap resources)
    {
        TemplateNode? id = this["ApiId"] is TemplateMap map && map.Has("Ref") ? map["Ref"] : this["ApiId"];
        _apiId = (id as TemplateText)?.Value ?? throw new TemplateShapeException(id, "string");
        TemplateMap resource = resources[_apiId] as TemplateMap ?? throw new TemplateShapeException(resources[_apiId], "map");
        _api = resource.GetOrSetMap("Properties");
    }

    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        TemplateText given = Method;
        this["Method"] = new TemplateText(given.Value.ToLowerInvariant(), given.IsUnicode);
        GeneratedResource? permission = PermissionFor(target);
        AddIntegration(target);
        return permission is null ? [] : [permission];
    }

    private GeneratedResource? PermissionFor(EventTarget target)
    {
        string path = Path.Value.Length > 1 && Path.Value.EndsWith('/') ? Path.Value[..^1] : Path.Value;
        OpenApiEditor? editor = _api["DefinitionBody"] is { IsTruthy: true } document ? EditorOf(document) : null;
        if (path == OpenApiEditor.DefaultPath)
        {
            path = "";
        }
        else if (editor?.SendsAllTo(target.Resource.LogicalId) == true)
        {
            return null;
        }

        string method = Method.Value is "any" or SpecificationEditor.AnyMethod ? "*" : Method.Value.ToUpperInvariant();
        string shown = OpenApiEditor.WithoutParameters(path);
        string resource = Method.Value == "any" && shown == $"/{OpenApiEditor.DefaultPath}" ? shown : $"/{method}{shown}";
        TemplateMap variables = new() { { "__ApiId__", this["ApiId"] }, { "__Stage__", "*" } };
        return Permission(target, "apigateway.amazonaws.com", Intrinsic.Sub(
            Arns.Own(Arns.AnyPartition, "execute-api", $"${{__ApiId__}}/${{__Stage__}}{resource}"), variables));
    }

    private OpenApiEditor EditorOf(TemplateNode document)
    {
        try
        {
            return new OpenApiEditor(document);
        }
        catch (SamDocumentException fault)
        {
            throw new SamResourceException(_apiId, fault.Texts, "DefinitionBody", document.Position);
        }
    }

    private void AddIntegration(EventTarget target)
    {
        if (_api["DefinitionBody"] is not { } document)
        {
            return;
        }

        OpenApiEditor editor = new(document);
        if (_api[DefaultDefinitionBodies.Managed] is { IsTruthy: true } && editor.HasIntegration(Path.Value, Method))
        {
            throw Fault($"API method '{Method}' defined multiple times for path '{Path}'.", "Method");
        }

        TemplateNode? condition = target.Resource.Attributes.Has("Condition") ? target.Resource.Condition : null;
        editor.AddLambdaIntegration(Path, Method, IntegrationUri.Of(target.Resource, Arns.AnyPartition, streams: false), condition);
        if (this["Auth"] is TemplateMap { Count: > 0 } auth)
        {
            AddAuth(editor, auth);
        }

        if (this["TimeoutInMillis"] is { IsTruthy: true } timeout)
        {
            editor.SetTimeout(Path.Value, Method, timeout);
        }

        if (Parameters().Matches(Path.Value) is { Count: > 0 } parameters)
        {
            editor.AddPathParameters(Path.Value, Method, parameters.Select(static match => match.Groups[1].Value));
        }

        if (this["PayloadFormatVersion"] is { IsTruthy: true } version)
        {
            editor.SetPayloadFormatVersion(Path.Value, Method, version);
        }

        _api["DefinitionBody"] = editor.Document;
    }

    private void AddAuth(OpenApiEditor editor, TemplateMap auth)
    {
        TemplateMap apiAuth = Expected.Property(_api.Has("Auth") ? _api["Auth"] : new TemplateMap(), _apiId, "Auth").ToBeMap();
        TemplateNode? ofApi = apiAuth["DefaultAuthorizer"] is { IsTruthy: true } given ? given : null;
        TemplateNode name = auth["Authorizer"] is { IsTruthy: true } own ? own : ofApi ?? throw Fault(
            "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured on the HttpApi.", "Auth");
        auth["Authorizer"] = name;
        CheckAuthorizer(name, apiAuth, ofApi);
        TemplateNode? scopes = auth["AuthorizationScopes"];
        if (scopes is { IsTruthy: true } and not TemplateList)
        {
            throw Fault(
                $"Unable to set Authorizer on API method [{Method}] for path [{Path}] because 'AuthorizationScopes' must be a list of strings.", "Auth");
        }

        if (name is TemplateText text)
        {
            editor.SetMethodAuthorizer(Path.Value, Method, text, apiAuth["Authorizers"] as TemplateMap, scopes);
        }
    }

    private void CheckAuthorizer(TemplateNode name, TemplateMap apiAuth, TemplateNode? ofApi)
    {
        string shown = Python27.Print(name);
        bool iamIsEnabled = apiAuth["EnableIamAuthorizer"] is TemplateBool { Value: true };
        TemplateNode? authorizers = apiAuth.Count == 0 ? apiAuth : apiAuth["Authorizers"];
        if (shown == "AWS_IAM" && iamIsEnabled)
        {
            return;
        }

        if (shown == "NONE")
        {
            if (ofApi is null)
            {
                throw Fault(
                    $"Unable to set Authorizer on API method [{Method}] for path [{Path}] because 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified.",
                    "Auth");
            }

            return;
        }

        MethodAuth.CheckKinds(EventId, Method, Path, name, authorizers);
        if (authorizers is not { IsTruthy: true })
        {
            throw Fault(
                $"Unable to set Authorizer [{shown}] on API method [{Method}] for path [{Path}] because the related API does not define any Authorizers.", "Auth");
        }

        if (((TemplateMap)authorizers)[shown] is not { IsTruthy: true })
        {
            throw Fault(
                $"Unable to set Authorizer [{shown}] on API method [{Method}] for path [{Path}] because it wasn't defined in the API's Authorizers.", "Auth");
        }
    }

    [GeneratedRegex("{(.*?)}")]
    private static partial Regex Parameters();
}
