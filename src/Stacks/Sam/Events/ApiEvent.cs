using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Steps;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A method of a REST API that calls the function: a permission, and the integration in the API's document where SAM manages it.</summary>
internal sealed class ApiEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    private RestApiLink _api = new(null, new TemplateMap(), "");

    public override void Link(TemplateMap resources) => _api = RestApiLink.Of(resources, EventId, this["RestApiId"]);

    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        TemplateText path = TextOf("Path");
        TemplateText given = TextOf("Method");
        TemplateText method = new(given.Value.ToLowerInvariant(), given.IsUnicode);
        GeneratedResource permission = PermissionFor(target, path.Value, method.Value);
        if (IsSet("MergeDefinitions") || IsSet(DefaultDefinitionBodies.Managed))
        {
            AddIntegration(target, path, method);
        }

        if (_api.Properties["DefinitionBody"] is { IsTruthy: true } document && this["Auth"] is TemplateMap auth
            && auth["OverrideApiAuth"] is { IsTruthy: true })
        {
            OverrideAuth(target, path, method, auth, document);
        }

        return [permission];
    }

    private bool IsSet(string property) => _api.Properties[property] is { IsTruthy: true };

    private TemplateText TextOf(string property) => this[property] as TemplateText ?? throw new TemplateShapeException(this[property], "string");

    private GeneratedResource PermissionFor(EventTarget target, string path, string method)
    {
        string shown = path.Length > 1 && path.EndsWith('/') ? path[..^1] : path;
        string resource = $"${{__ApiId__}}/${{__Stage__}}/{(method == "any" ? "*" : method.ToUpperInvariant())}"
            + SwaggerEditor.WithoutParameters(new TemplateText(shown)).Value;
        TemplateMap variables = new() { { "__ApiId__", this["RestApiId"] }, { "__Stage__", "*" } };
        return Permission(
            target, "apigateway.amazonaws.com", Intrinsic.Sub(Arns.Own(target.Context.Partition, "execute-api", resource), variables),
            suffix: Python27.Print(_api.Stage));
    }

    private void AddIntegration(EventTarget target, TemplateText path, TemplateText method)
    {
        if (_api.Properties["DefinitionBody"] is not { } document)
        {
            return;
        }

        bool merges = IsSet("MergeDefinitions");
        bool streams = TemplateNode.Same(this["ResponseTransferMode"], "RESPONSE_STREAM");
        SwaggerEditor editor = new(merges ? SwaggerEditor.Skeleton() : document);
        if (editor.HasIntegration(path.Value, method))
        {
            throw Fault($"API method \"{method}\" defined multiple times for path \"{path}\".", "Method");
        }

        TemplateMap auth = Expected.OfEvent(this["Auth"] is { IsTruthy: true } ofMethod ? ofMethod : new TemplateMap(), EventId, "Auth").ToBeMap();
        TemplateMap apiAuth = Expected.Property(
            _api.Properties["Auth"] is { IsTruthy: true } ofApi ? ofApi : new TemplateMap(), _api.ApiId!, "Auth").ToBeMap();
        editor.AddLambdaIntegration(
            path, method, IntegrationUri.Of(target.Resource, target.Context.Partition, streams), Credentials(auth, apiAuth, target.Context.Partition),
            ConditionOf(target), streams);
        if (auth.Count > 0)
        {
            new MethodAuth(EventId, path, method, _api, target.Context).Apply(auth, editor);
        }

        if (this["TimeoutInMillis"] is { IsTruthy: true } timeout)
        {
            editor.SetTimeout(path.Value, method, timeout);
        }

        AddModel(path, method, editor);
        AddParameters(path, method, editor);
        _api.Properties["DefinitionBody"] = !merges ? editor.Finished
            : Merged(document as TemplateMap ?? throw new TemplateShapeException(document, "map"), path, method, editor);
    }

    private static TemplateNode? ConditionOf(EventTarget target) =>
        target.Resource.Attributes.Has("Condition") ? target.Resource.Condition : null;

    /// <summary>With IAM as authoriser the caller's own rights call the function, or a role that is named.</summary>
    private static TemplateNode? Credentials(TemplateMap auth, TemplateMap apiAuth, string partition)
    {
        bool isIam = TemplateNode.Same(auth["Authorizer"], "AWS_IAM")
            || (TemplateNode.Same(apiAuth["DefaultAuthorizer"], "AWS_IAM") && auth.Count == 0);
        if (!isIam)
        {
            return null;
        }

        TemplateNode? role = RoleOf(auth) ?? RoleOf(apiAuth);
        if (TemplateNode.Same(role, "NONE"))
        {
            return null;
        }

        return role is { IsTruthy: true } && !TemplateNode.Same(role, "CALLER_CREDENTIALS") ? role : $"arn:{partition}:iam::*:user/*";
    }

    private static TemplateNode? RoleOf(TemplateMap auth) =>
        auth["InvokeRole"] is { IsTruthy: true } role ? role : auth.Has("InvokeRole") ? (TemplateNode)"NONE" : null;

    private void AddModel(TemplateText path, TemplateText method, SwaggerEditor editor)
    {
        if (this["RequestModel"] is not { IsTruthy: true } given)
        {
            return;
        }

        TemplateMap request = Expected.OfEvent(given, EventId, "RequestModel").ToBeMap();
        if (request["Model"] is not { IsTruthy: true } model)
        {
            return;
        }

        string name = CheckModel(model, method, path);
        editor.AddRequestModel(path.Value, method, name, request["Required"]);
        TemplateNode? body = request["ValidateBody"];
        TemplateNode? parameters = request["ValidateParameters"];
        if (body is null && parameters is null)
        {
            return;
        }

        if (body is not (null or TemplateBool) || parameters is not (null or TemplateBool))
        {
            throw Fault(
                $"Unable to set Validator to RequestModel [{name}] on API method [{method}] for path [{path}] "
                + "ValidateBody and ValidateParameters must be a boolean type, strings or intrinsics are not supported.",
                "RequestModel");
        }

        editor.AddRequestValidator(path.Value, method, body is { IsTruthy: true }, parameters is { IsTruthy: true });
    }

    private string CheckModel(TemplateNode model, TemplateText method, TemplateText path)
    {
        TemplateNode? models = _api.Properties["Models"];
        string? fault = models switch
        {
            not { IsTruthy: true } => "the related API does not define any Models.",
            not TemplateMap => "the related API Models defined is of invalid type.",
            _ when model is not TemplateText => "the related API does not contain valid Models.",
            TemplateMap map when map[((TemplateText)model).Value] is not { IsTruthy: true } => "it wasn't defined in the API's Models.",
            _ => null,
        };
        return fault is null ? ((TemplateText)model).Value : throw Fault(
            $"Unable to set RequestModel [{Python27.Print(model)}] on API method [{method}] for path [{path}] because {fault}", "RequestModel.Model");
    }

    private void AddParameters(TemplateText path, TemplateText method, SwaggerEditor editor)
    {
        IEnumerable<TemplateNode> given = this["RequestParameters"] switch
        {
            TemplateList list => list,
            TemplateMap map => map.Entries.Select(static entry => new TemplateText(entry.Key.Name)),
            _ => [],
        };
        RequestParameter[] parameters = [.. given.Select(ParameterOf)];
        if (parameters.Length > 0)
        {
            editor.AddRequestParameters(path.Value, method, parameters);
        }
    }

    private RequestParameter ParameterOf(TemplateNode node)
    {
        if (node is TemplateText text)
        {
            return new RequestParameter(CheckName(text), false, false);
        }

        TemplateMap map = node is TemplateMap { Count: > 0 } found ? found
            : throw Fault("Invalid value for 'RequestParameters' property. Property must be either a string or an object", "RequestParameters");
        (TemplateKey key, TemplateNode value) = map.Entries[0];
        TemplateText name = CheckName(new TemplateText(key.Name, key.IsUnicode));
        if (value is not TemplateMap settings || settings.Names.Any(static setting => setting is not ("Required" or "Caching")))
        {
            throw Fault(
                "Invalid value for 'RequestParameters' property. Values must be an object, e.g { Required: true, Caching: false }", "RequestParameters");
        }

        return new RequestParameter(name, settings["Required"] ?? false, settings["Caching"] ?? false);
    }

    private TemplateText CheckName(TemplateText name)
    {
        string[] places = ["method.request.querystring.", "method.request.path.", "method.request.header."];
        return places.Any(place => name.Value.StartsWith(place, StringComparison.Ordinal)) ? name : throw Fault(
            "Invalid value for 'RequestParameters' property. Keys must be in the format 'method.request.[querystring|path|header].{value}', "
            + "e.g 'method.request.header.Authorization'.",
            "RequestParameters");
    }

    /// <summary>The document that the API gives, with what was made of the event over what it says of the method.</summary>
    private TemplateMap Merged(TemplateMap source, TemplateText path, TemplateText method, SwaggerEditor editor)
    {
        TemplateMap merged = source.CopyFlat();

        // AWS's transform merges into nothing, and what it merges is lost, where the document has no path yet.
        TemplateMap paths = merged["paths"] is { IsTruthy: true } given
            ? given as TemplateMap ?? throw new SamResourceException(
                _api.ApiId!, "Property 'DefinitionBody' is invalid: It should be a map", "DefinitionBody")
            : new TemplateMap();
        TemplateNode? item = paths[path.Value];
        if (item is not TemplateMap && paths.Has(path.Value))
        {
            throw new SamResourceException(
                _api.ApiId!, $"Property 'DefinitionBody' is invalid: The value of '{path}' should be a map", "DefinitionBody");
        }

        TemplateNode own = (item as TemplateMap)?[method.Value] is { IsTruthy: true } there ? there : new TemplateMap();
        TemplateMap combined = new();
        combined.Merge(Expected.Property(own, _api.ApiId!, $"DefinitionBody.paths.{path}.{method}").ToBeMap());
        TemplateMap made = (TemplateMap)((TemplateMap)editor.Document["paths"]!)[path.Value]!;
        combined.Merge((TemplateMap)made[SpecificationEditor.Normalized(method).Value]!);
        if (!paths.Has(path.Value))
        {
            paths.Set(path.Key, new TemplateMap());
        }

        ((TemplateMap)paths[path.Value]!).Set(method.Key, combined);
        return merged;
    }

    private void OverrideAuth(EventTarget target, TemplateText path, TemplateText method, TemplateMap auth, TemplateNode document)
    {
        if (auth["Authorizer"] is not { IsTruthy: true } && auth["ApiKeyRequired"] is not { IsTruthy: true } && auth["ResourcePolicy"] is not { IsTruthy: true })
        {
            throw Fault("Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the OverrideApiAuth property.", "Auth");
        }

        SwaggerEditor editor = new(document);
        new MethodAuth(EventId, path, method, _api, target.Context).Apply(auth, editor);
        _api.Properties["DefinitionBody"] = editor.Document;
    }
}
