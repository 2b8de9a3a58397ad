using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>An event of a function or a state machine that is invalid.</summary>
internal sealed class SamEventException(string eventId, string message, string? path = null, TemplatePosition position = default)
    : SamException(eventId, $"Event with id [{eventId}] is invalid. {message}", new(eventId, path, position))
{
    /// <summary>The same as a fault of the resource that has the event.</summary>
    public SamResourceException Of(string logicalId) => new(logicalId, Message, Place.Path is null ? $"Events.{Place.Id}" : $"Events.{Place.Id}.{Place.Path}");
}
