using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>CloudWatchEvent and EventBridgeRule: a rule of EventBridge that calls a function for events of a pattern.</summary>
internal sealed class EventRuleEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource rule = new("AWS::Events::Rule", LogicalId, target.Attributes);
        rule["EventBusName"] = this["EventBusName"];
        rule["EventPattern"] = this["Pattern"];
        rule["Name"] = this["RuleName"];
        TemplateMap to = new()
        {
            ["Arn"] = target.Resource.Arn,
            ["Id"] = EventRule.TargetId(this["Target"], LogicalId, "LambdaTarget"),
        };
        GeneratedResource[] queue = RuleTarget.Complete(to, LogicalId, this["DeadLetterConfig"], rule.Arn, target.Attributes, name => this[name]);
        rule["State"] = EventRule.StateOf(EventId, this["State"], this["Enabled"]);
        rule["Targets"] = new TemplateList([to]);
        return [.. queue, rule, Permission(target, "events.amazonaws.com", rule.Arn)];
    }
}
