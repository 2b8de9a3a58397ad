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
        TemplatePosition position = PositionOf(place, template);
        return new TemplateFault(Math.Max(position.Line, 1), Math.Max(position.Column, 1), place.Id, fault.Message);
    }

    private static TemplatePosition PositionOf(SamPlace place, TemplateNode template)
    {
        if (place.Id is null || template is not TemplateMap map || map["Resources"] is not TemplateMap resources)
        {
            return OrElse(place.Position, template.Position);
        }

        TemplateNode node = resources[place.Id] ?? EventOf(place.Id, resources) ?? template;
        TemplateNode? found = Walk(node, place.Path, out bool isWhole);
        return found is null || (!isWhole && place.Position.Line > 0) ? OrElse(place.Position, node.Position) : found.Position;
    }

    private static TemplatePosition OrElse(TemplatePosition position, TemplatePosition other) => position.Line > 0 ? position : other;

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

    /// <summary>As far down as the template goes; properties of a resource or an event stand below Properties.</summary>
    private static TemplateNode? Walk(TemplateNode node, string? path, out bool isWhole)
    {
        TemplateNode? deepest = null;
        isWhole = path is not null;
        foreach (string step in path?.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.') ?? [])
        {
            TemplateNode? next = node switch
            {
                TemplateMap map when map.Has(step) => map[step],
                TemplateMap map => (map["Properties"] as TemplateMap)?[step],
                TemplateList list when int.TryParse(step, CultureInfo.InvariantCulture, out int index) && index < list.Count => list[index],
                _ => null,
            };
            if (next is null)
            {
                isWhole = false;
                break;
            }

            deepest = node = next;
        }

        return deepest;
    }
}
