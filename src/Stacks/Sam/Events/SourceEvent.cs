using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>An event source that Lambda polls: AWS::Lambda::EventSourceMapping, and what the function's role needs for it.</summary>
internal abstract class SourceEvent(SamDefinition definition, string eventId, string type) : SamEvent(definition, eventId)
{
    private static readonly string[] Filtered = ["DocumentDB", "DynamoDB", "Kinesis", "MQ", "MSK", "SelfManagedKafka", "SQS"];

    private static readonly string[] SameName =
    [
        "StartingPosition", "StartingPositionTimestamp", "BatchSize", "Enabled", "MaximumBatchingWindowInSeconds", "MaximumRetryAttempts",
        "BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "ParallelizationFactor", "Topics", "Queues", "SourceAccessConfigurations",
        "TumblingWindowInSeconds", "FunctionResponseTypes", "FilterCriteria", "KmsKeyArn", "ScalingConfig", "ProvisionedPollerConfig",
        "MetricsConfig", "LoggingConfig",
    ];

    /// <summary>How a source of Kafka is configured, for the two types that are.</summary>
    private string? KafkaSettings => type switch
    {
        "MSK" => "AmazonManagedKafkaEventSourceConfig",
        "SelfManagedKafka" => "SelfManagedKafkaEventSourceConfig",
        _ => null,
    };

    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource mapping = new("AWS::Lambda::EventSourceMapping", LogicalId, target.Attributes);
        mapping["FunctionName"] = target.Resource.FunctionName;
        mapping["EventSourceArn"] = SourceArn;
        foreach (string name in SameName)
        {
            mapping[name] = this[name];
        }

        CheckFilter();
        AddKafka(mapping);
        TemplateMap? destinationPolicy = AddDestination(mapping);
        Complete(mapping);
        AddRights(target, destinationPolicy);
        return [mapping];
    }

    protected abstract TemplateNode? SourceArn { get; }

    /// <summary>The managed policy that reads the source; null where statements do.</summary>
    protected virtual string? ManagedPolicy => null;

    /// <summary>A policy for the role, checked; null where none is needed.</summary>
    protected virtual TemplateMap? Policy(SamContext context) => null;

    protected virtual void Complete(GeneratedResource mapping)
    {
    }

    protected static TemplateMap AllowSecret(TemplateNode? uri) => IamPolicies.Allow(new TemplateList(["secretsmanager:GetSecretValue"]), uri);

    protected static TemplateMap AllowNetworkInterfaces() => IamPolicies.Allow(
        new TemplateList(
        [
            "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface", "ec2:DescribeVpcs", "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
        ]),
        "*");

    /// <summary>Lets the role decrypt with the key that the source's secret has; null without one.</summary>
    protected TemplateMap? AllowDecrypt(TemplateNode action) => this["SecretsManagerKmsKeyId"] is not { IsTruthy: true } key ? null
        : IamPolicies.Allow(action, Intrinsic.Sub(
            "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/"
            + Expected.OfEvent(key, EventId, "SecretsManagerKmsKeyId").ToBeString().Value));

    /// <summary>The URI of the one access configuration that the source must have.</summary>
    protected TemplateNode RequiredAccess(string required, params string[] supported)
    {
        if (this["SourceAccessConfigurations"] is not { IsTruthy: true } given)
        {
            throw Fault($"No SourceAccessConfigurations for Amazon {type} event provided.");
        }

        TemplateList configurations = given as TemplateList ?? throw Fault("Provided SourceAccessConfigurations cannot be parsed into a list.");
        TemplateNode? uri = null;
        for (int index = 0; index < configurations.Count; index++)
        {
            TemplateMap one = Expected.OfEvent(configurations[index], EventId, $"SourceAccessConfigurations[{index}]").ToBeMap();
            string kind = Expected.OfEvent(one["Type"], EventId, $"SourceAccessConfigurations[{index}].Type").ToBeString().Value;
            if (!supported.Contains(kind))
            {
                throw Fault(
                    $"Invalid property Type specified in SourceAccessConfigurations. The supported values are: {Python27.Describe(supported)}.",
                    "SourceAccessConfigurations");
            }

            if (kind != required)
            {
                continue;
            }

            if (uri is not null)
            {
                throw Fault($"Multiple {required} properties specified in SourceAccessConfigurations.", "SourceAccessConfigurations");
            }

            uri = one["URI"] is { IsTruthy: true } named ? named : throw Fault($"No {required} URI property specified in SourceAccessConfigurations.");
        }

        return uri ?? throw Fault($"No {required} property specified in SourceAccessConfigurations.", "SourceAccessConfigurations");
    }

    private void CheckFilter()
    {
        if (this["FilterCriteria"] is not TemplateMap { Count: > 0 } filter || Intrinsic.Is(filter))
        {
            return;
        }

        if (!Filtered.Contains(type))
        {
            throw Fault($"FilterCriteria is only available for {string.Join(", ", Filtered)} events.", "FilterCriteria");
        }

        if (filter is not { Count: 1, FirstName: "Filters" })
        {
            throw Fault("FilterCriteria field has a wrong format", "FilterCriteria");
        }
    }

    private void AddKafka(GeneratedResource mapping)
    {
        if (this["KafkaBootstrapServers"] is { IsTruthy: true } servers)
        {
            mapping["SelfManagedEventSource"] = new TemplateMap { ["Endpoints"] = new TemplateMap { ["KafkaBootstrapServers"] = servers } };
        }

        TemplateMap settings = new();
        if (this["ConsumerGroupId"] is { IsTruthy: true } group)
        {
            settings["ConsumerGroupId"] = KafkaSettings is not null ? group
                : throw FaultUnderBoth($"Property ConsumerGroupId not defined for resource of type {type}.", "ConsumerGroupId");
        }

        if (this["SchemaRegistryConfig"] is { IsTruthy: true } registry)
        {
            settings["SchemaRegistryConfig"] = registry;
        }

        if (KafkaSettings is { } name && settings.Count > 0)
        {
            mapping[name] = settings;
        }
    }

    private TemplateMap? AddDestination(GeneratedResource mapping)
    {
        if (this["DestinationConfig"] is not TemplateMap { Count: > 0 } config)
        {
            return null;
        }

        TemplateMap onFailure = Expected.OfEvent(config["OnFailure"], LogicalId, "DestinationConfig.OnFailure").ToBeMap();
        TemplateNode? kind = onFailure["Type"];
        mapping["DestinationConfig"] = config;
        if (kind is not { IsTruthy: true })
        {
            return null;
        }

        onFailure.Remove("Type");
        TemplateNode? arn = onFailure["Destination"];
        return (kind as TemplateText)?.Value switch
        {
            "SQS" => IamPolicies.SendMessage(arn, LogicalId),
            "SNS" => IamPolicies.PublishToTopic(arn, LogicalId),
            "S3" => IamPolicies.PutObjects(arn, LogicalId),
            "Kafka" => null,
            _ => throw FaultUnderBoth("The only valid values for 'Type' are 'SQS', 'SNS', 'S3', and 'Kafka'", "DestinationConfig.OnFailure.Type"),
        };
    }

    private void AddRights(EventTarget target, TemplateMap? destinationPolicy)
    {
        TemplateMap? policy = Policy(target.Context);
        if (target.Role is not { } role)
        {
            return;
        }

        if (ManagedPolicy is { } name)
        {
            TemplateList arns = (TemplateList)role["ManagedPolicyArns"]!;
            TemplateNode arn = Arns.ManagedPolicy(target.Context.Partition, $"service-role/{name}");
            if (!arns.Holds(arn))
            {
                arns.Add(arn);
            }
        }

        AddOnce(role, policy);
        AddOnce(role, destinationPolicy);
    }

    /// <summary>A policy whose document the role has already is not added again.</summary>
    private static void AddOnce(GeneratedResource role, TemplateMap? policy)
    {
        if (policy is null)
        {
            return;
        }

        TemplateList policies = role["Policies"] as TemplateList ?? new TemplateList();
        if (!policies.OfType<TemplateMap>().Any(known => TemplateNode.Same(known["PolicyDocument"], policy["PolicyDocument"])))
        {
            policies.Add(policy);
        }

        role["Policies"] = policies;
    }
}
