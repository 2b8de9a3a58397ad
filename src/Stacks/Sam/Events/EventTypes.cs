using System.Collections.Concurrent;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The types of events that functions and state machines have.</summary>
internal static class EventTypes
{
    /// <summary>How an event of a type is made, and the table of its properties.</summary>
    internal readonly record struct Maker(Func<SamDefinition, string, SamEvent> Make, Func<string, PropertyTable> Table);

    public static IReadOnlyDictionary<string, Maker> OfFunction { get; } = All(PropertyTable.FunctionEvent, new()
    {
        ["Api"] = static (definition, id) => new ApiEvent(definition, id),
        ["HttpApi"] = static (definition, id) => new HttpApiEvent(definition, id),
        ["Schedule"] = static (definition, id) => new ScheduleEvent(definition, id),
        ["ScheduleV2"] = static (definition, id) => new ScheduleV2Event(definition, id),
        ["CloudWatchEvent"] = static (definition, id) => new EventRuleEvent(definition, id),
        ["EventBridgeRule"] = static (definition, id) => new EventRuleEvent(definition, id),
        ["CloudWatchLogs"] = static (definition, id) => new CloudWatchLogsEvent(definition, id),
        ["S3"] = static (definition, id) => new S3Event(definition, id),
        ["SNS"] = static (definition, id) => new SnsEvent(definition, id),
        ["IoTRule"] = static (definition, id) => new IotRuleEvent(definition, id),
        ["Cognito"] = static (definition, id) => new CognitoEvent(definition, id),
        ["AlexaSkill"] = static (definition, id) => new AlexaSkillEvent(definition, id),
        ["Kinesis"] = static (definition, id) => new StreamEvent(definition, id, "Kinesis", "Stream", "AWSLambdaKinesisExecutionRole"),
        ["DynamoDB"] = static (definition, id) => new StreamEvent(definition, id, "DynamoDB", "Stream", "AWSLambdaDynamoDBExecutionRole"),
        ["SQS"] = static (definition, id) => new StreamEvent(definition, id, "SQS", "Queue", "AWSLambdaSQSQueueExecutionRole"),
        ["MSK"] = static (definition, id) => new MskEvent(definition, id),
        ["MQ"] = static (definition, id) => new MqEvent(definition, id),
        ["SelfManagedKafka"] = static (definition, id) => new SelfManagedKafkaEvent(definition, id),
        ["DocumentDB"] = static (definition, id) => new DocumentDbEvent(definition, id),
    });

    public static IReadOnlyDictionary<string, Maker> OfStateMachine { get; } = All(PropertyTable.StateMachineEvent, new()
    {
        ["Api"] = static (definition, id) => new StateMachineApiEvent(definition, id),
        ["Schedule"] = static (definition, id) => new StateMachineScheduleEvent(definition, id),
        ["ScheduleV2"] = static (definition, id) => new ScheduleV2Event(definition, id),
        ["CloudWatchEvent"] = static (definition, id) => new StateMachineRuleEvent(definition, id),
        ["EventBridgeRule"] = static (definition, id) => new StateMachineRuleEvent(definition, id),
    });

    private static Dictionary<string, Maker> All(
        Func<string, PropertyTable> table, Dictionary<string, Func<SamDefinition, string, SamEvent>> makers)
    {
        ConcurrentDictionary<string, PropertyTable> tables = new(StringComparer.Ordinal);
        return makers.ToDictionary(
            static maker => maker.Key, maker => new Maker(maker.Value, type => tables.GetOrAdd(type, table)), StringComparer.Ordinal);
    }
}
