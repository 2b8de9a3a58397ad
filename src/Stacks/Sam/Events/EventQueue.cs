using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The dead-letter queue of a rule or a schedule: one that is named, or one that is made.</summary>
internal static class EventQueue
{
    /// <summary>The queue's ARN, with the queue and its policy where they are made.</summary>
    /// <param name="id">The event's id.</param>
    /// <param name="settings">DeadLetterConfig.</param>
    /// <param name="ruleArn">The rule that sends to the queue by its policy; null where a role lets it.</param>
    /// <param name="attributes">What the queue takes over.</param>
    /// <exception cref="SamEventException">Neither an ARN nor a type, or both.</exception>
    public static (TemplateNode Arn, GeneratedResource[] Made) Of(string id, TemplateMap settings, TemplateNode? ruleArn, TemplateMap attributes)
    {
        Check(id, settings);
        if (settings["Arn"] is { } arn)
        {
            return (arn, []);
        }

        if (settings["QueueLogicalId"] is not (null or TemplateText))
        {
            throw new SamEventException(id, "QueueLogicalId must be a string", "DeadLetterConfig.QueueLogicalId");
        }

        string queueId = settings["QueueLogicalId"] is TemplateText { IsTruthy: true } name ? name.Value : $"{id}Queue";
        GeneratedResource queue = new("AWS::SQS::Queue", queueId, attributes);
        if (ruleArn is null)
        {
            return (queue.Arn, [queue]);
        }

        GeneratedResource policy = new("AWS::SQS::QueuePolicy", $"{id}QueuePolicy", attributes);
        policy["PolicyDocument"] = IamPolicies.QueueTakesRule(ruleArn, queue.Arn);
        policy["Queues"] = new TemplateList([queue.Reference]);
        return (queue.Arn, [queue, policy]);
    }

    private static void Check(string id, TemplateMap settings)
    {
        bool hasArn = settings.Has("Arn");
        bool hasType = settings.Has("Type");
        string? fault = (hasArn, hasType) switch
        {
            (true, true) => "You can either define 'Arn' or 'Type' property of DeadLetterConfig.",
            (_, true) when !TemplateNode.Same(settings["Type"], "SQS") => "The only valid value for 'Type' property of DeadLetterConfig is 'SQS'.",
            (false, false) => "No 'Arn' or 'Type' property provided for DeadLetterConfig.",
            _ => null,
        };
        if (fault is not null)
        {
            throw new SamEventException(id, fault, "DeadLetterConfig", settings.Position);
        }
    }
}
