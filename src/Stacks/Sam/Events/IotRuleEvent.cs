using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A rule of IoT that calls the function for messages.</summary>
internal sealed class IotRuleEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        TemplateMap sourceArn = Intrinsic.Sub(
            Arns.Own(target.Context.Partition, "iot", "rule/${RuleName}"), new TemplateMap { ["RuleName"] = Intrinsic.Ref(LogicalId) });
        GeneratedResource rule = new("AWS::IoT::TopicRule", LogicalId, target.Attributes);
        TemplateMap call = new() { ["Lambda"] = new TemplateMap { ["FunctionArn"] = target.Resource.Arn } };
        TemplateMap payload = new() { { "Sql", this["Sql"] }, { "RuleDisabled", false }, { "Actions", new TemplateList([call]) } };
        if (this["AwsIotSqlVersion"] is { IsTruthy: true } version)
        {
            payload["AwsIotSqlVersion"] = version;
        }

        rule["TopicRulePayload"] = payload;
        return [Permission(target, "iot.amazonaws.com", sourceArn, Intrinsic.Sub("${AWS::AccountId}")), rule];
    }
}
