using Lamina.Contract.Lambda;
using Lamina.Functions.EventSources;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::EventSourceMapping. Its mark are the mappings that the function had before.</summary>
internal sealed class EventSourceMappingType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::EventSourceMapping";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            "EventSourceArn", "FunctionName", "Enabled", "BatchSize", "FilterCriteria", "KmsKeyArn", "MetricsConfig", "LoggingConfig", "ScalingConfig",
            "MaximumBatchingWindowInSeconds", "ParallelizationFactor", "StartingPosition", "StartingPositionTimestamp", "DestinationConfig",
            "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "Tags", "TumblingWindowInSeconds", "Topics", "Queues",
            "SourceAccessConfigurations", "SelfManagedEventSource", "FunctionResponseTypes", "AmazonManagedKafkaEventSourceConfig",
            "SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "ProvisionedPollerConfig"),
        Required = ["FunctionName"],
        Replacing = ResourceShape.Set(
            "EventSourceArn", "StartingPosition", "StartingPositionTimestamp", "SelfManagedEventSource", "AmazonManagedKafkaEventSourceConfig",
            "SelfManagedKafkaEventSourceConfig"),
        Attributes = ResourceShape.Set("Id", "EventSourceMappingArn"),
    };

    public string? MarkBefore(ResourceCall call) => string.Join(',', Ids(call));

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string[] before = call.Mark!.Split(',');
        string? id = call.IsRepeated ? Ids(call).FirstOrDefault(made => !before.Contains(made, StringComparer.Ordinal)) : null;
        if (id is null)
        {
            CreateEventSourceMappingRequest request = LambdaRequests.CreateEventSourceMapping(
                RequestBodies.Of(BodyOf(call, withSource: true)).Span, new RequestNames());
            id = (await rooms.Mappings.CreateAsync(call.Caller, request, cancellationToken)).UUID!;
        }

        return Result(call, id);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        TemplateMap body = WithDefaults(BodyOf(call, withSource: false), before, call.Text("EventSourceArn"));
        UpdateEventSourceMappingRequest request = LambdaRequests.UpdateEventSourceMapping(
            RequestBodies.Of(body).Span, new RequestNames(("UUID", call.PhysicalId)));
        await rooms.Mappings.UpdateAsync(call.Caller, request, cancellationToken);
        ResourceResult result = Result(call, call.PhysicalId!);
        await LambdaTags.ApplyAsync(
            rooms, call, $"arn:aws:lambda:{call.Caller.Region}:{call.Caller.Account}:event-source-mapping:{call.PhysicalId}", cancellationToken);
        return result;
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) =>
        Faults.DeleteAsync(() => rooms.Mappings.DeleteAsync(call.Caller, call.PhysicalId!, cancellationToken));

    /// <summary>What the template had and has no longer is as if it had never been said.</summary>
    private static TemplateMap WithDefaults(TemplateMap body, TemplateMap before, string? eventSourceArn)
    {
        (string Property, TemplateNode Default)[] defaults =
        [
            ("Enabled", true),
            ("BatchSize", EventSourceMappings.DefaultBatchSize(eventSourceArn)),
            ("MaximumBatchingWindowInSeconds", 0),
            ("FilterCriteria", new TemplateMap()),
            ("FunctionResponseTypes", new TemplateList()),
            ("ScalingConfig", new TemplateMap()),
            ("ProvisionedPollerConfig", new TemplateMap()),
            ("DestinationConfig", new TemplateMap()),
            ("ParallelizationFactor", 1),
            ("MaximumRecordAgeInSeconds", -1),
            ("MaximumRetryAttempts", -1),
            ("BisectBatchOnFunctionError", false),
            ("TumblingWindowInSeconds", 0),
            ("MetricsConfig", new TemplateMap { ["Metrics"] = new TemplateList() }),
        ];
        foreach ((string property, TemplateNode value) in defaults)
        {
            if (before[property] is not null && !body.Has(property))
            {
                body[property] = value;
            }
        }

        return body;
    }

    private static TemplateMap BodyOf(ResourceCall call, bool withSource)
    {
        TemplateMap body = call.Properties.CopyFlat();
        body.Remove("Tags");
        if (body["KmsKeyArn"] is { } key)
        {
            body.Remove("KmsKeyArn");
            body["KMSKeyArn"] = key;
        }

        if (call.Map("SelfManagedEventSource")?["Endpoints"] is TemplateMap endpoints && endpoints["KafkaBootstrapServers"] is { } servers)
        {
            // Templates name the kind of endpoint in their own spelling.
            body["SelfManagedEventSource"] = new TemplateMap { ["Endpoints"] = new TemplateMap { ["KAFKA_BOOTSTRAP_SERVERS"] = servers } };
        }

        if (!withSource)
        {
            foreach (string name in new[] { "EventSourceArn", "StartingPosition", "StartingPositionTimestamp", "Topics", "Queues", "SelfManagedEventSource" })
            {
                body.Remove(name);
            }
        }
        else if (RequestBodies.TagsOf(call, "Tags") is { Count: > 0 } tags)
        {
            body["Tags"] = tags;
        }

        return body;
    }

    private IEnumerable<string> Ids(ResourceCall call) =>
        rooms.Mappings.List(call.Caller, call.Text("EventSourceArn"), call.RequiredText("FunctionName"), null).Select(static mapping => mapping.UUID!);

    private static ResourceResult Result(ResourceCall call, string id) => new(id, new TemplateMap
    {
        ["Id"] = id,
        ["EventSourceMappingArn"] = $"arn:aws:lambda:{call.Caller.Region}:{call.Caller.Account}:event-source-mapping:{id}",
    });
}
