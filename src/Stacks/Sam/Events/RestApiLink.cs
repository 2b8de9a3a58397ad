using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The REST API of the template that an event is for.</summary>
internal sealed record RestApiLink(string? ApiId, TemplateMap Properties, TemplateNode Stage)
{
    /// <exception cref="SamEventException">There is no such resource.</exception>
    public static RestApiLink Of(TemplateMap resources, string eventId, TemplateNode? id)
    {
        TemplateNode? name = id is TemplateMap map && map.Has("Ref") ? map["Ref"] : id;
        if (name is not TemplateText text)
        {
            return new RestApiLink(null, new TemplateMap(), "AllStages");
        }

        TemplateMap resource = Expected.OfEvent(resources[text.Value], eventId, "RestApiId")
            .ToBeMap("RestApiId property of Api event must reference a valid resource in the same template.");
        TemplateMap properties = Expected.Attribute(
            resource.Has("Properties") ? resource["Properties"] : new TemplateMap(), text.Value, "Properties").ToBeMap();
        TemplateNode stage = properties["StageName"] switch
        {
            TemplateText { IsTruthy: false } => throw new SamResourceException(text.Value, "StageName cannot be empty.", "StageName"),
            TemplateText given => given,
            _ => "Stage",
        };
        return new RestApiLink(text.Value, properties, stage);
    }
}
