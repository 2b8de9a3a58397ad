using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A subscription to a log group.</summary>
internal sealed class CloudWatchLogsEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        TemplateMap variables = new() { { "__LogGroupName__", this["LogGroupName"] } };
        GeneratedResource permission = Permission(target, "logs.amazonaws.com", Intrinsic.Sub(
            Arns.Own(target.Context.Partition, "logs", "log-group:${__LogGroupName__}:*"), variables));
        GeneratedResource filter = new("AWS::Logs::SubscriptionFilter", LogicalId, target.Attributes, new TemplateList([permission.LogicalId]));
        filter["LogGroupName"] = this["LogGroupName"];
        filter["FilterPattern"] = this["FilterPattern"];
        filter["DestinationArn"] = target.Resource.Arn;
        return [permission, filter];
    }
}
