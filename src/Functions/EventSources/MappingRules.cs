using System.Text.Json;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Functions.EventSources;

/// <summary>
/// What a mapping's parameters may be by the kind of its source (those limits that hold for every kind are the model's and have been
/// checked before). Texts that were recorded are AWS's; the others follow their form.
/// </summary>
internal static class MappingRules
{
    /// <summary>Checks the mapping as it would be, with all defaults in place.</summary>
    public static void Check(EventSourceKind kind, EventSourceMappingConfiguration mapping)
    {
        CheckSupported(kind, mapping);
        CheckBatch(kind, mapping.BatchSize ?? 0, mapping.MaximumBatchingWindowInSeconds ?? 0);
        CheckAges(mapping);
        CheckFilters(mapping.FilterCriteria);
        CheckPollers(kind, mapping.ProvisionedPollerConfig, mapping.ScalingConfig);
    }

    public static void CheckStart(EventSourceKind kind, CreateEventSourceMappingRequest request)
    {
        bool taken = kind.IsStream() || kind.IsKafka() || kind == EventSourceKind.DocumentDb;
        // Self-managed Kafka starts at the oldest record unless told otherwise; the others must be told.
        if (taken && kind != EventSourceKind.SelfManagedKafka && request.StartingPosition is null)
        {
            // A constraint that the model does not state, in its words but with another code (recorded).
            throw AwsError.InvalidParameterValue(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.");
        }

        if (kind == EventSourceKind.DynamoDb && request.StartingPosition == "AT_TIMESTAMP")
        {
            throw AwsError.InvalidParameterValue($"Unsupported starting position for arn type: {request.EventSourceArn}");
        }

        Refuse(!taken && request.StartingPosition is not null, "StartingPosition");
        bool atTime = request.StartingPosition == "AT_TIMESTAMP";
        if (atTime && request.StartingPositionTimestamp is null)
        {
            throw AwsError.InvalidParameterValue("StartingPositionTimestamp is required when StartingPosition is AT_TIMESTAMP.");
        }

        Refuse(!atTime && request.StartingPositionTimestamp is not null, "StartingPositionTimestamp");
    }

    public static void CheckPlace(EventSourceKind kind, CreateEventSourceMappingRequest request)
    {
        if (kind == EventSourceKind.SelfManagedKafka && request.SourceAccessConfigurations is null or { Count: 0 })
        {
            throw AwsError.InvalidParameterValue("Required 'sourceAccessConfigurations' parameter is missing.");
        }

        Refuse(!kind.IsKafka() && request.Topics is not null, "Topics");
        Refuse(kind != EventSourceKind.Mq && request.Queues is not null, "Queues");
        Require(kind.IsKafka() && request.Topics is null, "Topics");
        Require(kind == EventSourceKind.Mq && request.Queues is null, "Queues");
        Require(kind == EventSourceKind.DocumentDb && request.DocumentDBEventSourceConfig?.DatabaseName is null, "DocumentDBEventSourceConfig");
        Require(
            kind is EventSourceKind.Mq or EventSourceKind.DocumentDb && request.SourceAccessConfigurations is null or { Count: 0 },
            "SourceAccessConfigurations");
        Refuse(kind != EventSourceKind.SelfManagedKafka && request.SelfManagedEventSource is not null, "SelfManagedEventSource");
    }

    private static void CheckSupported(EventSourceKind kind, EventSourceMappingConfiguration mapping)
    {
        if (!kind.IsStream())
        {
            RefuseOfStreams(mapping);
        }

        if (!kind.IsStream() && !kind.IsKafka())
        {
            RefuseOfLogs(mapping);
        }

        Refuse(mapping.DestinationConfig?.OnSuccess?.Destination is { Length: > 0 }, "DestinationConfig");
        Refuse(!kind.IsQueue() && mapping.ScalingConfig is not null, "ScalingConfig");
        Refuse(!kind.IsQueue() && !kind.IsKafka() && mapping.ProvisionedPollerConfig is not null, "ProvisionedPollerConfig");
        CheckSettingsOfOneKind(kind, mapping);
    }

    private static void RefuseOfStreams(EventSourceMappingConfiguration mapping)
    {
        Refuse(mapping.ParallelizationFactor is not null, "ParallelizationFactor");
        Refuse(mapping.TumblingWindowInSeconds is not null, "TumblingWindowInSeconds");
    }

    /// <summary>What only sources have that keep their records: streams and Kafka.</summary>
    private static void RefuseOfLogs(EventSourceMappingConfiguration mapping)
    {
        Refuse(mapping.DestinationConfig is not null, "DestinationConfig");
        Refuse(mapping.BisectBatchOnFunctionError is not null, "BisectBatchOnFunctionError");
        Refuse(mapping.MaximumRetryAttempts is not null, "MaximumRetryAttempts");
        Refuse(mapping.MaximumRecordAgeInSeconds is not null, "MaximumRecordAgeInSeconds");
    }

    private static void CheckSettingsOfOneKind(EventSourceKind kind, EventSourceMappingConfiguration mapping)
    {
        bool ofAws = kind.IsStream() || kind.IsQueue();
        Refuse(ofAws && mapping.SourceAccessConfigurations is { Count: > 0 }, "SourceAccessConfigurations");
        Refuse(kind != EventSourceKind.DocumentDb && mapping.DocumentDBEventSourceConfig is not null, "DocumentDBEventSourceConfig");
        Refuse(
            kind != EventSourceKind.ManagedKafka && mapping.AmazonManagedKafkaEventSourceConfig is not null, "AmazonManagedKafkaEventSourceConfig");
        Refuse(
            kind != EventSourceKind.SelfManagedKafka && mapping.SelfManagedKafkaEventSourceConfig is not null, "SelfManagedKafkaEventSourceConfig");
        Refuse(!ofAws && !kind.IsKafka() && mapping.FunctionResponseTypes is { Count: > 0 }, "FunctionResponseTypes");
    }

    private static void CheckBatch(EventSourceKind kind, int size, int windowSeconds)
    {
        if (kind == EventSourceKind.SqsFifo && (size > Limits.FifoBatchSize || windowSeconds > 0))
        {
            throw AwsError.InvalidParameterValue(
                $"For FIFO queues BatchSize must be at most {Limits.FifoBatchSize} and MaximumBatchingWindowInSeconds must be 0.");
        }

        if (kind == EventSourceKind.Sqs && size > Limits.BatchSizeWithoutWindow && windowSeconds == 0)
        {
            throw AwsError.InvalidParameterValue(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
        }
    }

    private static void CheckAges(EventSourceMappingConfiguration mapping)
    {
        if (mapping.MaximumRecordAgeInSeconds is >= 0 and < Limits.MinimumRecordAgeSeconds)
        {
            throw AwsError.InvalidParameterValue(
                $"MaximumRecordAgeInSeconds must be -1 or at least {Limits.MinimumRecordAgeSeconds}.");
        }
    }

    private static void CheckFilters(FilterCriteria? criteria)
    {
        if (criteria?.Filters is not { } filters)
        {
            return;
        }

        if (filters.Count > Limits.FiltersPerMapping)
        {
            throw AwsError.InvalidParameterValue($"A mapping can have at most {Limits.FiltersPerMapping} filters.");
        }

        if (filters.Any(static filter => !IsPattern(filter.Pattern)))
        {
            throw AwsError.InvalidParameterValue("Invalid filter pattern definition.");
        }
    }

    private static void CheckPollers(EventSourceKind kind, ProvisionedPollerConfig? pollers, ScalingConfig? scaling)
    {
        if (pollers is null)
        {
            return;
        }

        int most = kind.IsKafka() ? Limits.KafkaPollers : Limits.QueuePollers;
        int least = kind.IsKafka() ? 1 : Limits.MinimumQueuePollers;
        if (pollers.MaximumPollers > most || pollers.MinimumPollers < least || pollers.MaximumPollers < least
            || pollers.MinimumPollers > pollers.MaximumPollers)
        {
            throw AwsError.InvalidParameterValue(
                $"ProvisionedPollerConfig must have at least {least} and at most {most} pollers, and no more as minimum than as maximum.");
        }

        if (scaling?.MaximumConcurrency is not null)
        {
            throw AwsError.InvalidParameterValue("ScalingConfig and ProvisionedPollerConfig cannot be used together.");
        }
    }

    /// <summary>A pattern is a JSON object whose leaves are lists.</summary>
    private static bool IsPattern(string? pattern)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(pattern ?? "");
            return IsPattern(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsPattern(JsonElement element) => element.ValueKind == JsonValueKind.Object
        && element.EnumerateObject().All(static member => member.Value.ValueKind == JsonValueKind.Array
            ? member.Value.GetArrayLength() > 0
            : IsPattern(member.Value));

    private static void Refuse(bool given, string parameter)
    {
        if (given)
        {
            throw AwsError.InvalidParameterValue($"Unsupported {parameter} parameter for given event source mapping type.");
        }
    }

    private static void Require(bool missing, string parameter)
    {
        if (missing)
        {
            throw AwsError.InvalidParameterValue($"{parameter} is required for given event source mapping type.");
        }
    }
}
