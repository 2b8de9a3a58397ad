using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>CloudWatchEvent and EventBridgeRule of a state machine.</summary>
internal sealed class StateMachineRuleEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource rule = new("AWS::Events::Rule", LogicalId, target.Attributes);
        rule["EventBusName"] = this["EventBusName"];
        rule["EventPattern"] = this["Pattern"];
        rule["Name"] = this["RuleName"];
        rule["State"] = this["State"] is { IsTruthy: true } state ? state : null;
        GeneratedResource role = StartRole.Of(LogicalId, "events.amazonaws.com", target);
        TemplateMap to = new()
        {
            ["Arn"] = target.Resource.Arn,
            ["Id"] = EventRule.TargetId(this["Target"], LogicalId, "StepFunctionsTarget"),
            ["RoleArn"] = role.Arn,
        };
        GeneratedResource[] queue = RuleTarget.Complete(to, LogicalId, this["DeadLetterConfig"], rule.Arn, target.Attributes, name => this[name]);
        rule["Targets"] = new TemplateList([to]);
        return [rule, role, .. queue];
    }
}
