using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A rule of EventBridge that starts a state machine by a schedule.</summary>
internal sealed class StateMachineScheduleEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource rule = new("AWS::Events::Rule", LogicalId, target.Attributes);
        rule["ScheduleExpression"] = this["Schedule"];
        rule["State"] = EventRule.StateOf(EventId, this["State"], this["Enabled"]);
        rule["Name"] = this["Name"];
        rule["Description"] = this["Description"];
        GeneratedResource? role = this["RoleArn"] is null ? StartRole.Of(LogicalId, "events.amazonaws.com", target) : null;
        TemplateMap to = new()
        {
            ["Arn"] = target.Resource.Arn,
            ["Id"] = EventRule.TargetId(this["Target"], LogicalId, "StepFunctionsTarget"),
            ["RoleArn"] = role?.Arn ?? this["RoleArn"],
        };
        GeneratedResource[] queue = RuleTarget.Complete(to, LogicalId, this["DeadLetterConfig"], rule.Arn, target.Attributes, name => this[name]);
        rule["Targets"] = new TemplateList([to]);
        return role is null ? [rule, .. queue] : [rule, role, .. queue];
    }
}
