using Lamina.Contract;

namespace Lamina.Functions.EventSources;

internal enum EventSourceKind
{
    Sqs,
    SqsFifo,
    Kinesis,
    DynamoDb,
    ManagedKafka,
    SelfManagedKafka,
    Mq,
    DocumentDb,
}

/// <summary>What a mapping reads from, told by its ARN; self-managed Kafka has none.</summary>
internal static class EventSource
{
    public static EventSourceKind KindOf(string? eventSourceArn, bool selfManaged)
    {
        if (string.IsNullOrEmpty(eventSourceArn))
        {
            return selfManaged ? EventSourceKind.SelfManagedKafka : throw Unrecognized();
        }

        return eventSourceArn.Split(':') switch
        {
            [_, _, "sqs", _, _, var queue] => queue.EndsWith(".fifo", StringComparison.Ordinal) ? EventSourceKind.SqsFifo : EventSourceKind.Sqs,
            [_, _, "kinesis", ..] => EventSourceKind.Kinesis,
            [_, _, "dynamodb", ..] => EventSourceKind.DynamoDb,
            [_, _, "kafka", ..] => EventSourceKind.ManagedKafka,
            [_, _, "mq", ..] => EventSourceKind.Mq,
            [_, _, "rds", ..] => EventSourceKind.DocumentDb,
            _ => throw Unrecognized(),
        };
    }

    public static bool IsQueue(this EventSourceKind kind) => kind is EventSourceKind.Sqs or EventSourceKind.SqsFifo;

    public static bool IsStream(this EventSourceKind kind) => kind is EventSourceKind.Kinesis or EventSourceKind.DynamoDb;

    public static bool IsKafka(this EventSourceKind kind) => kind is EventSourceKind.ManagedKafka or EventSourceKind.SelfManagedKafka;

    private static AwsError Unrecognized() => AwsError.InvalidParameterValue("Unrecognized event source.");
}
