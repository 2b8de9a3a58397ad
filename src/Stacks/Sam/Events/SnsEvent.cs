using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A subscription to a topic, straight or by a queue.</summary>
internal sealed class SnsEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    private TemplateNode Topic => this["Topic"]!;

    public override IEnumerable<GeneratedResource> Expand(EventTarget target) => this["SqsSubscription"] switch
    {
        null or { IsTruthy: false } =>
            [Permission(target, "sns.amazonaws.com", Topic), Subscription(target, "lambda", target.Resource.Arn)],
        TemplateBool => ByOwnQueue(target),
        { } given => ByQueue(target, Expected.OfEvent(given, EventId, "SqsSubscription").ToBeMap()),
    };

    private IEnumerable<GeneratedResource> ByOwnQueue(EventTarget target)
    {
        GeneratedResource queue = new("AWS::SQS::Queue", $"{LogicalId}Queue", target.Attributes);
        queue["FifoQueue"] = FifoOf(target.Context) is { IsTruthy: true } fifo ? fifo : null;
        return
        [
            .. Source(target, queue.Arn, null), queue, QueuePolicy(target, queue.Arn, queue.Reference, null),
            Subscription(target, "sqs", queue.Arn),
        ];
    }

    private IEnumerable<GeneratedResource> ByQueue(EventTarget target, TemplateMap settings)
    {
        if (settings["QueueArn"] is not { IsTruthy: true } arn || settings["QueueUrl"] is not { IsTruthy: true } url)
        {
            throw Fault("No QueueARN or QueueURL provided.", "SqsSubscription");
        }

        return
        [
            .. Source(target, arn, settings["BatchSize"]), QueuePolicy(target, arn, url, (settings["QueuePolicyLogicalId"] as TemplateText)?.Value),
            Subscription(target, "sqs", arn),
        ];
    }

    /// <summary>Only a FIFO queue takes from a FIFO topic.</summary>
    private TemplateNode? FifoOf(SamContext context) => Intrinsic.LogicalIdOf(Topic) is { } id
        ? context.Parameters.Resolve(((context.SourceResources[id] as TemplateMap)?["Properties"] as TemplateMap)?["FifoTopic"]) : null;

    private GeneratedResource Subscription(EventTarget target, string protocol, TemplateNode endpoint)
    {
        GeneratedResource subscription = new("AWS::SNS::Subscription", LogicalId, target.Attributes);
        subscription["Protocol"] = protocol;
        subscription["Endpoint"] = endpoint;
        subscription["TopicArn"] = Topic;
        foreach (string name in new[] { "Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy" })
        {
            subscription[name] = this[name];
        }

        return subscription;
    }

    private IEnumerable<GeneratedResource> Source(EventTarget target, TemplateNode queueArn, TemplateNode? batchSize)
    {
        TemplateMap properties = new()
        {
            ["Queue"] = queueArn,
            ["BatchSize"] = batchSize is { IsTruthy: true } ? batchSize : 10,
            ["Enabled"] = true,
        };
        TemplateMap item = new() { ["Type"] = "SQS", ["Properties"] = properties };
        string id = $"{LogicalId}EventSourceMapping";
        EventTypes.Maker maker = EventTypes.OfFunction["SQS"];
        return maker.Make(SamDefinition.Read(maker.Table("SQS"), "SQS", id, item), EventId).Expand(target);
    }

    private GeneratedResource QueuePolicy(EventTarget target, TemplateNode queueArn, TemplateNode queueUrl, string? id)
    {
        GeneratedResource policy = new("AWS::SQS::QueuePolicy", string.IsNullOrEmpty(id) ? $"{LogicalId}QueuePolicy" : id, target.Attributes);
        policy["PolicyDocument"] = IamPolicies.QueueTakesTopic(Topic, queueArn);
        policy["Queues"] = new TemplateList([queueUrl]);
        return policy;
    }
}
