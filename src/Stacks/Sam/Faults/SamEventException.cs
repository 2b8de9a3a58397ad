using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>An event of a function or a state machine that is invalid.</summary>
internal sealed class SamEventException : SamException
{
    private readonly string _eventId;

    public SamEventException(string eventId, string message, string? path = null, TemplatePosition position = default)
        : this(eventId, $"Event with id [{eventId}] is invalid. {message}", new SamPlace(eventId, path, position))
    {
    }

    private SamEventException(string eventId, string wholeMessage, SamPlace place)
        : base(eventId, wholeMessage, place) => _eventId = eventId;

    private string PathInOwner => Place.Path is null ? $"Events.{Place.Id}" : $"Events.{Place.Id}.{Place.Path}";

    /// <summary>The same as a fault of the resource that has the event.</summary>
    public SamResourceException Of(string logicalId) => new(logicalId, Message, PathInOwner);

    /// <summary>The same text, with the place where the resource that has the event stands.</summary>
    public SamEventException Within(string logicalId) => new(_eventId, Message, new SamPlace(logicalId, PathInOwner, Place.Position));
}
