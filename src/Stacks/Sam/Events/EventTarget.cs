using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>What an event is bound to.</summary>
internal sealed class EventTarget
{
    /// <summary>The function, its alias, the state machine or its alias.</summary>
    public required GeneratedResource Resource { get; init; }

    /// <summary>The role that event sources need rights of; null for state machines.</summary>
    public required GeneratedResource? Role { get; init; }

    public required SamContext Context { get; init; }

    /// <summary>Of a state machine, for the roles that start it.</summary>
    public required TemplateNode? PermissionsBoundary { get; init; }

    public TemplateMap Attributes => Resource.PassedAttributes;
}
