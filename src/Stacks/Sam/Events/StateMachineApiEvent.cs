using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Steps;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A method of a REST API that starts a state machine.</summary>
internal sealed class StateMachineApiEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    private RestApiLink _api = new(null, new TemplateMap(), "");

    public override void Link(TemplateMap resources) => _api = RestApiLink.Of(resources, EventId, this["RestApiId"]);

    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource role = StartRole.Of(LogicalId, "apigateway.amazonaws.com", target);
        if (_api.Properties[DefaultDefinitionBodies.Managed] is { IsTruthy: true } && _api.Properties["DefinitionBody"] is { } document)
        {
            AddIntegration(target, role, document);
        }

        return [role];
    }

    private void AddIntegration(EventTarget target, GeneratedResource role, TemplateNode document)
    {
        TemplateText path = this["Path"] as TemplateText ?? throw new TemplateShapeException(this["Path"], "string");
        TemplateText given = this["Method"] as TemplateText ?? throw new TemplateShapeException(this["Method"], "string");
        TemplateText method = new(given.Value.ToLowerInvariant(), given.IsUnicode);
        SwaggerEditor editor = new(document);
        if (editor.HasIntegration(path.Value, method))
        {
            throw Fault($"API method \"{method}\" defined multiple times for path \"{path}\".", "Method");
        }

        editor.AddStateMachineIntegration(
            path, method, Intrinsic.Sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"), role.Arn,
            new TemplateMap { ["application/json"] = Intrinsic.Sub(RequestTemplate(target.Resource.LogicalId)) },
            target.Resource.Attributes.Has("Condition") ? target.Resource.Condition : null);
        if (this["Auth"] is TemplateMap { Count: > 0 } auth)
        {
            // AWS gives no stage here, so that a resource policy names none.
            RestApiLink api = _api with { Stage = this["Stage"] ?? TemplateNull.Instance };
            new MethodAuth(EventId, path, method, api, target.Context).Apply(auth, editor);
        }

        _api.Properties["DefinitionBody"] = editor.Document;
    }

    /// <summary>The request's body as the execution's input. Escaping for JavaScript escapes single quotes too, which JSON does not know.</summary>
    private string RequestTemplate(string machineId) => this["UnescapeMappingTemplate"] is { IsTruthy: true }
        ? $$"""{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")", "stateMachineArn": "${{{machineId}}}"}"""
        : $$"""{"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": "${{{machineId}}}"}""";
}
