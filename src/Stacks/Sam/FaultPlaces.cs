using System.Globalization;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>Finds where in the file a fault is: the resource or event by its id, and as far down its path as the template goes.</summary>
internal static class FaultPlaces
{
    public static TemplateFault Locate(SamException fault, TemplateNode template)
    {
        SamPlace place = fault.Place;
        TemplatePosition position = place.Position.Line > 0 ? place.Position : PositionOf(place, template);
        return new TemplateFault(Math.Max(position.Line, 1), Math.Max(position.Column, 1), place.Id, fault.Message);
    }

    private static TemplatePosition PositionOf(SamPlace place, TemplateNode template)
    {
        if (place.Id is null || template is not TemplateMap map || map["Resources"] is not TemplateMap resources)
        {
            return template.Position;
        }

        TemplateNode node = resources[place.Id] ?? EventOf(place.Id, resources) ?? template;
        return Walk((node as TemplateMap)?["Properties"] ?? node, place.Path) is { Position.Line: > 0 } found ? found.Position : node.Position;
    }

    /// <summary>An event by its own id, or by its owner's and its own.</summary>
    private static TemplateNode? EventOf(string id, TemplateMap resources)
    {
        foreach ((TemplateKey key, TemplateNode value) in resources.Entries)
        {
            if (((value as TemplateMap)?["Properties"] as TemplateMap)?["Events"] is TemplateMap events
                && events.Entries.FirstOrDefault(one => one.Key.Name == id || key.Name + one.Key.Name == id) is { Value: { } found })
            {
                return found;
            }
        }

        return null;
    }

    private static TemplateNode? Walk(TemplateNode node, string? path)
    {
        TemplateNode? deepest = null;
        foreach (string step in path?.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.') ?? [])
        {
            TemplateNode? next = node switch
            {
                TemplateMap map => map[step],
                TemplateList list when int.TryParse(step, CultureInfo.InvariantCulture, out int index) && index < list.Count => list[index],
                _ => null,
            };
            if (next is null)
            {
                break;
            }

            deepest = node = next;
        }

        return deepest;
    }
}
