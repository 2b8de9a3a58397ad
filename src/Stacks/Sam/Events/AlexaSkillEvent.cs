namespace Lamina.Stacks.Sam.Events;

/// <summary>Lets Alexa call the function, for one skill or any.</summary>
internal sealed class AlexaSkillEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource permission = Permission(target, "alexa-appkit.amazon.com", null);
        permission["EventSourceToken"] = this["SkillId"];
        return [permission];
    }
}
