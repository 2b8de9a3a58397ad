using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Functions.EventSources;

/// <summary>Writes requests over mappings, with AWS's defaults by kind of source (recorded for queues and streams). Pure.</summary>
internal static class MappingDraft
{
    public static int DefaultBatchSize(EventSourceKind kind) => kind.IsQueue() ? 10 : 100;

    public static EventSourceMappingConfiguration New(
        EventSourceKind kind, CreateEventSourceMappingRequest request, FunctionReference function, string uuid, double now)
    {
        EventSourceMappingConfiguration given = new()
        {
            UUID = uuid,
            EventSourceMappingArn = $"arn:aws:lambda:{function.Function.Region}:{function.Function.Account}:event-source-mapping:{uuid}",
            EventSourceArn = request.EventSourceArn,
            SelfManagedEventSource = request.SelfManagedEventSource,
            FunctionArn = ArnOf(function),
            StartingPosition = request.StartingPosition,
            StartingPositionTimestamp = request.StartingPositionTimestamp,
            BatchSize = request.BatchSize ?? DefaultBatchSize(kind),
            MaximumBatchingWindowInSeconds = request.MaximumBatchingWindowInSeconds ?? (kind.IsQueue() || kind.IsStream() ? 0 : null),
            FilterCriteria = request.FilterCriteria,
            KMSKeyArn = request.KMSKeyArn,
            MetricsConfig = request.MetricsConfig,
            LoggingConfig = request.LoggingConfig,
            ScalingConfig = request.ScalingConfig,
            ParallelizationFactor = request.ParallelizationFactor,
            DestinationConfig = request.DestinationConfig,
            MaximumRecordAgeInSeconds = request.MaximumRecordAgeInSeconds,
            BisectBatchOnFunctionError = request.BisectBatchOnFunctionError,
            MaximumRetryAttempts = request.MaximumRetryAttempts,
            TumblingWindowInSeconds = request.TumblingWindowInSeconds,
            Topics = request.Topics,
            Queues = request.Queues,
            SourceAccessConfigurations = request.SourceAccessConfigurations,
            FunctionResponseTypes = request.FunctionResponseTypes ?? (kind.IsQueue() || kind.IsStream() ? [] : null),
            AmazonManagedKafkaEventSourceConfig = request.AmazonManagedKafkaEventSourceConfig,
            SelfManagedKafkaEventSourceConfig = request.SelfManagedKafkaEventSourceConfig,
            DocumentDBEventSourceConfig = request.DocumentDBEventSourceConfig,
            ProvisionedPollerConfig = request.ProvisionedPollerConfig,
            LastModified = now,
            LastProcessingResult = kind.IsQueue() ? null : "No records processed",
            StateTransitionReason = kind.IsQueue() ? "USER_INITIATED" : "User action",
            State = RestingState(request.Enabled ?? true),
        };
        return WithDefaults(kind, given, uuid);
    }

    public static EventSourceMappingConfiguration Changed(
        EventSourceMappingConfiguration before, UpdateEventSourceMappingRequest request, string functionArn, double now)
    {
        EventSourceMappingConfiguration changed = before with
        {
            FunctionArn = functionArn,
            LastModified = now,
            State = request.Enabled is { } enabled ? RestingState(enabled) : before.State,
            BatchSize = request.BatchSize ?? before.BatchSize,
            MaximumBatchingWindowInSeconds = request.MaximumBatchingWindowInSeconds ?? before.MaximumBatchingWindowInSeconds,
            KMSKeyArn = request.KMSKeyArn ?? before.KMSKeyArn,
            MetricsConfig = request.MetricsConfig ?? before.MetricsConfig,
            LoggingConfig = request.LoggingConfig ?? before.LoggingConfig,
            FunctionResponseTypes = request.FunctionResponseTypes ?? before.FunctionResponseTypes,
        };
        return WithoutEmptied(WithSourceSettings(WithRetries(changed, request), request), request);
    }

    private static EventSourceMappingConfiguration WithRetries(EventSourceMappingConfiguration before, UpdateEventSourceMappingRequest request) =>
        before with
        {
            ParallelizationFactor = request.ParallelizationFactor ?? before.ParallelizationFactor,
            DestinationConfig = request.DestinationConfig is { } destination ? Worded(destination) : before.DestinationConfig,
            MaximumRecordAgeInSeconds = request.MaximumRecordAgeInSeconds ?? before.MaximumRecordAgeInSeconds,
            BisectBatchOnFunctionError = request.BisectBatchOnFunctionError ?? before.BisectBatchOnFunctionError,
            MaximumRetryAttempts = request.MaximumRetryAttempts ?? before.MaximumRetryAttempts,
            TumblingWindowInSeconds = request.TumblingWindowInSeconds ?? before.TumblingWindowInSeconds,
        };

    private static EventSourceMappingConfiguration WithSourceSettings(
        EventSourceMappingConfiguration before, UpdateEventSourceMappingRequest request) => before with
        {
            SourceAccessConfigurations = request.SourceAccessConfigurations ?? before.SourceAccessConfigurations,
            AmazonManagedKafkaEventSourceConfig = request.AmazonManagedKafkaEventSourceConfig ?? before.AmazonManagedKafkaEventSourceConfig,
            SelfManagedKafkaEventSourceConfig = request.SelfManagedKafkaEventSourceConfig ?? before.SelfManagedKafkaEventSourceConfig,
            DocumentDBEventSourceConfig = request.DocumentDBEventSourceConfig ?? before.DocumentDBEventSourceConfig,
        };

    /// <summary>A structure that is given empty takes the setting away.</summary>
    private static EventSourceMappingConfiguration WithoutEmptied(
        EventSourceMappingConfiguration before, UpdateEventSourceMappingRequest request)
    {
        FilterCriteria? filters = request.FilterCriteria ?? before.FilterCriteria;
        ScalingConfig? scaling = request.ScalingConfig ?? before.ScalingConfig;
        ProvisionedPollerConfig? pollers = request.ProvisionedPollerConfig ?? before.ProvisionedPollerConfig;
        return before with
        {
            FilterCriteria = filters?.Filters is { Count: > 0 } ? filters : null,
            ScalingConfig = scaling?.MaximumConcurrency is null ? null : scaling,
            ProvisionedPollerConfig = pollers is { MinimumPollers: null, MaximumPollers: null } ? null : pollers,
        };
    }

    /// <summary>What the answer to an update says of the change that is under way.</summary>
    public static string StateUnderWay(EventSourceMappingConfiguration before, EventSourceMappingConfiguration after) =>
        before.State == after.State ? "Updating" : after.State == "Enabled" ? "Enabling" : "Disabling";

    public static string ArnOf(FunctionReference function) =>
        function.Qualifier is null ? function.Function.ToString() : function.Function.Qualified(function.Qualifier);

    private static string RestingState(bool enabled) => enabled ? "Enabled" : "Disabled";

    private static EventSourceMappingConfiguration WithDefaults(EventSourceKind kind, EventSourceMappingConfiguration given, string uuid) => kind switch
    {
        EventSourceKind.Kinesis or EventSourceKind.DynamoDb => WithStreamDefaults(given),
        EventSourceKind.ManagedKafka => given with
        {
            DestinationConfig = Worded(given.DestinationConfig ?? new DestinationConfig()),
            AmazonManagedKafkaEventSourceConfig = given.AmazonManagedKafkaEventSourceConfig is { ConsumerGroupId: not null } config
                ? config
                : (given.AmazonManagedKafkaEventSourceConfig ?? new()) with { ConsumerGroupId = uuid },
        },
        EventSourceKind.SelfManagedKafka => given with
        {
            StartingPosition = given.StartingPosition ?? "TRIM_HORIZON",
            DestinationConfig = Worded(given.DestinationConfig ?? new DestinationConfig()),
            SelfManagedKafkaEventSourceConfig = given.SelfManagedKafkaEventSourceConfig is { ConsumerGroupId: not null } config
                ? config
                : (given.SelfManagedKafkaEventSourceConfig ?? new()) with { ConsumerGroupId = uuid },
        },
        EventSourceKind.DocumentDb when given.DocumentDBEventSourceConfig is { FullDocument: null } config => given with
        {
            DocumentDBEventSourceConfig = config with { FullDocument = "Default" },
        },
        _ => given,
    };

    private static EventSourceMappingConfiguration WithStreamDefaults(EventSourceMappingConfiguration given) => given with
    {
        ParallelizationFactor = given.ParallelizationFactor ?? 1,
        DestinationConfig = Worded(given.DestinationConfig ?? new DestinationConfig()),
        MaximumRecordAgeInSeconds = given.MaximumRecordAgeInSeconds ?? -1,
        BisectBatchOnFunctionError = given.BisectBatchOnFunctionError ?? false,
        MaximumRetryAttempts = given.MaximumRetryAttempts ?? -1,
        TumblingWindowInSeconds = given.TumblingWindowInSeconds ?? 0,
    };

    /// <summary>AWS answers an OnFailure always, empty when there is none, and never an OnSuccess (recorded).</summary>
    private static DestinationConfig Worded(DestinationConfig given) => new()
    {
        OnSuccess = given.OnSuccess?.Destination is { Length: > 0 } ? given.OnSuccess : null,
        OnFailure = new OnFailure { Destination = given.OnFailure?.Destination is { Length: > 0 } arn ? arn : null },
    };
}
