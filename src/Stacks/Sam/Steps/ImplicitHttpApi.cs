using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>The HTTP API of events of type HttpApi.</summary>
internal sealed class ImplicitHttpApi() : ImplicitApi(SamTypes.HttpApi, "ServerlessHttpApi", "HttpApi", "ApiId")
{
    protected override TemplateMap MakeApi() => new()
    {
        ["Type"] = SamTypes.HttpApi,
        ["Properties"] = new TemplateMap { ["DefinitionBody"] = OpenApiEditor.Skeleton(), [DefaultDefinitionBodies.Managed] = true },
    };

    protected override SpecificationEditor EditorOf(TemplateMap document) => new OpenApiEditor(document);

    protected override bool IsValid(TemplateNode? document) => OpenApiEditor.IsValid(document);

    protected override TemplateMap PropertiesOf(string eventId, TemplateMap item)
    {
        TemplateNode? given = item.Has("Properties") ? item["Properties"] : new TemplateMap();
        TemplateMap properties = Expected.OfEvent(given, eventId, "").ToBeMap("Properties should be a map.");
        item["Properties"] = properties;
        return properties;
    }

    /// <summary>Neither path nor method: everything.</summary>
    protected override void Complete(TemplateMap properties)
    {
        if (properties["Path"] is not { IsTruthy: true } && properties["Method"] is not { IsTruthy: true })
        {
            properties["Path"] = OpenApiEditor.DefaultPath;
            properties["Method"] = SpecificationEditor.AnyMethod;
        }
    }

    protected override void AddRouteSettings(string eventId, TemplateMap properties, string? condition)
    {
        if (!properties.Has("RouteSettings"))
        {
            return;
        }

        string apiId = ApiIdOf(properties[IdProperty])!;
        TemplateMap api = (TemplateMap)((TemplateMap)Resources[apiId]!)["Properties"]!;
        TemplateText path = (TemplateText)properties["Path"]!;
        TemplateText method = (TemplateText)properties["Method"]!;
        string route = method.Value == SpecificationEditor.AnyMethod ? path.Value : $"{method.Value.ToUpperInvariant()} {path.Value}";
        TemplateMap settings = Expected.Property(api.Has("RouteSettings") ? api["RouteSettings"] : new TemplateMap(), apiId, "RouteSettings").ToBeMap();
        TemplateNode? ofEvent = condition is null ? properties["RouteSettings"] : Intrinsic.If(condition, properties["RouteSettings"] ?? TemplateNull.Instance);
        TemplateMap added = Expected.OfEvent(ofEvent, eventId, "RouteSettings").ToBeMap();
        settings.GetOrSetMap(route).Merge(added);
        api["RouteSettings"] = settings;
    }
}
