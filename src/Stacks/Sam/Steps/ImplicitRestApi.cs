using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>The REST API of events of type Api.</summary>
internal sealed class ImplicitRestApi() : ImplicitApi(SamTypes.Api, "ServerlessRestApi", "Api", "RestApiId")
{
    protected override TemplateMap MakeApi() => new()
    {
        ["Type"] = SamTypes.Api,
        ["Properties"] = new TemplateMap
        {
            ["StageName"] = "Prod",
            ["DefinitionBody"] = SwaggerEditor.Skeleton(),
            [DefaultDefinitionBodies.Managed] = true,
        },
    };

    protected override SpecificationEditor EditorOf(TemplateMap document) => new SwaggerEditor(document);

    protected override bool IsValid(TemplateNode? document) => SwaggerEditor.IsValid(document);

    protected override TemplateMap? PropertiesOf(string eventId, TemplateMap item) => item["Properties"] is not { IsTruthy: true } properties
        ? null : Expected.OfEvent(properties, eventId, "").ToBeMap("Properties should be a map.");
}
