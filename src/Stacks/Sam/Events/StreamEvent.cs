using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A stream or queue that a managed policy of AWS lets the function read.</summary>
internal sealed class StreamEvent(SamDefinition definition, string eventId, string type, string source, string managedPolicy)
    : SourceEvent(definition, eventId, type)
{
    protected override TemplateNode? SourceArn => this[source];

    protected override string ManagedPolicy => managedPolicy;
}
