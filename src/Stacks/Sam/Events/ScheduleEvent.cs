using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A rule of EventBridge that calls a function by a schedule.</summary>
internal sealed class ScheduleEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource rule = new("AWS::Events::Rule", LogicalId, target.Attributes);
        rule["ScheduleExpression"] = this["Schedule"];
        rule["State"] = EventRule.StateOf(EventId, this["State"], this["Enabled"]);
        rule["Name"] = this["Name"];
        rule["Description"] = this["Description"];
        TemplateMap to = new()
        {
            ["Arn"] = target.Resource.Arn,
            ["Id"] = EventRule.TargetId(null, LogicalId, "LambdaTarget"),
        };
        GeneratedResource[] queue = RuleTarget.Complete(to, LogicalId, this["DeadLetterConfig"], rule.Arn, target.Attributes, name => this[name]);
        rule["Targets"] = new TemplateList([to]);
        return [rule, .. queue, Permission(target, "events.amazonaws.com", rule.Arn)];
    }
}
