using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The events of one function or state machine, read and linked.</summary>
internal sealed class EventSet
{
    private readonly IReadOnlyList<(string Order, SamEvent Event)> _events;

    private EventSet(IReadOnlyList<(string Order, SamEvent Event)> events) => _events = events;

    public static EventSet Empty { get; } = new([]);

    /// <exception cref="SamResourceException">An event is invalid, or what it needs is not in the template.</exception>
    public static EventSet Read(
        string ownerId, TemplateMap? events, IReadOnlyDictionary<string, EventTypes.Maker> types, TemplateMap resources)
    {
        List<(string Order, SamEvent Event)> read = [];
        try
        {
            foreach ((TemplateKey key, TemplateNode value) in events?.Entries ?? [])
            {
                TemplateMap item = value as TemplateMap
                    ?? throw new SamEventException(key.Name, $"'{Python27.TypeOf(value)}' object has no attribute 'get'", null, value.Position);
                if (item["Type"] is not TemplateText type || !types.TryGetValue(type.Value, out EventTypes.Maker maker))
                {
                    throw new SamEventException(
                        key.Name,
                        $"Resource dict has missing or invalid value for key Type. Event Type is: {Python27.Print(item["Type"])}.", null, item.Position);
                }

                SamEvent made = maker.Make(SamDefinition.Read(maker.Table(type.Value), type.Value, ownerId + key.Name, item), key.Name);
                made.Link(resources);
                read.Add((OrderOf(key.Name, item), made));
            }
        }
        catch (SamEventException fault)
        {
            throw fault.Of(ownerId);
        }

        return new EventSet(read);
    }

    /// <summary>By path, so that "$default" comes first and spares the others their permissions.</summary>
    public EventSet InPathOrder() => new([.. _events.OrderBy(static one => one.Order, StringComparer.Ordinal)]);

    /// <exception cref="SamEventException">An event is invalid.</exception>
    public IEnumerable<GeneratedResource> Expand(EventTarget target) => [.. _events.SelectMany(one => one.Event.Expand(target))];

    private static string OrderOf(string id, TemplateMap item) =>
        (item["Properties"] as TemplateMap)?["Path"] is TemplateText path ? path.Value : id;
}
