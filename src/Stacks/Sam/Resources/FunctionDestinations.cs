using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>
/// The property EventInvokeConfig: where results of asynchronous invocations go. A queue or a topic that is not named is made, under the
/// condition that none is given.
/// </summary>
internal sealed class FunctionDestinations(SamDefinition definition, SamContext context)
{
    private static readonly string[] Types = ["SQS", "SNS", "EventBridge", "Lambda", "S3Bucket"];
    private static readonly string[] Made = ["SQS", "SNS"];

    private readonly string _id = definition.LogicalId;
    private readonly string _configId = $"{definition.LogicalId}EventInvokeConfig";

    /// <summary>What the function's role needs to send there.</summary>
    public List<TemplateNode> Policies { get; } = [];

    public IEnumerable<GeneratedResource> Build(GeneratedResource? alias)
    {
        if (definition["EventInvokeConfig"] is not TemplateMap { Count: > 0 } given)
        {
            return [];
        }

        TemplateMap settings = Expected.Property(context.Parameters.Resolve(given), _id, "EventInvokeConfig").ToBeMap();
        List<GeneratedResource> resources = [];
        TemplateMap destinations = new();
        if (settings["DestinationConfig"] is { IsTruthy: true } configured)
        {
            TemplateMap map = Expected.Property(configured, _id, "EventInvokeConfig.DestinationConfig").ToBeMap();
            foreach (string when in new[] { "OnSuccess", "OnFailure" })
            {
                if (map[when] is { } one)
                {
                    TemplateMap destination = Expected.Property(one, _id, $"EventInvokeConfig.DestinationConfig.{when}").ToBeMap();
                    TemplateNode? arn = Destination(destination, when, resources);
                    destinations[when] = new TemplateMap { { "Destination", arn } };
                    destination.Set("Destination", arn);
                }
            }
        }

        resources.Add(Config(settings, destinations, alias));
        return resources;
    }

    private GeneratedResource Config(TemplateMap settings, TemplateMap destinations, GeneratedResource? alias)
    {
        GeneratedResource config = new(
            "AWS::Lambda::EventInvokeConfig", _configId, definition.Attributes, alias is null ? null : new TemplateList([alias.LogicalId]));
        config["FunctionName"] = Intrinsic.Ref(_id);
        config["Qualifier"] = alias is null ? "$LATEST" : alias["Name"];
        config["DestinationConfig"] = destinations;
        config["MaximumEventAgeInSeconds"] = settings["MaximumEventAgeInSeconds"];
        config["MaximumRetryAttempts"] = settings["MaximumRetryAttempts"];
        return config;
    }

    private TemplateNode? Destination(TemplateMap destination, string when, List<GeneratedResource> resources)
    {
        if (destination["Type"] is not TemplateText type || !Types.Contains(type.Value))
        {
            throw new SamResourceException(
                _id, $"'Type: {Python27.Print(destination["Type"])}' must be one of {Python27.Describe(Types)}",
                $"EventInvokeConfig.DestinationConfig.{when}.Type", destination.Position);
        }

        TemplateNode? arn = destination["Destination"];
        (string? condition, TemplateNode? otherwise) = ConditionOf(arn);
        if (arn is null || condition is not null)
        {
            string? combined = Combined(condition);
            if (!Made.Contains(type.Value))
            {
                throw new SamResourceException(
                    _id, $"Destination is required if Type is not {Python27.Describe(Made)}", $"EventInvokeConfig.DestinationConfig.{when}", destination.Position);
            }

            GeneratedResource resource = type.Value == "SQS"
                ? new("AWS::SQS::Queue", $"{_configId}{when}Queue", definition.PassedAttributes)
                : new("AWS::SNS::Topic", $"{_configId}{when}Topic", definition.PassedAttributes);
            if (combined is not null)
            {
                resource.Attributes["Condition"] = combined;
            }

            resources.Add(resource);
            arn = condition is null ? resource.Arn : Intrinsic.If(condition, resource.Arn, otherwise);
        }

        Policies.Add(PolicyFor(type.Value, arn, _configId + when));
        return arn;
    }

    private static TemplateMap PolicyFor(string type, TemplateNode? arn, string id) => type switch
    {
        "SQS" => IamPolicies.SendMessage(arn, id),
        "SNS" => IamPolicies.PublishToTopic(arn, id),
        "EventBridge" => IamPolicies.PutEvents(arn, id),
        "Lambda" => IamPolicies.InvokeFunction(arn, id),
        _ => IamPolicies.PutObjects(arn, id),
    };

    /// <summary>The condition under which no destination is given, and the destination where one is.</summary>
    private (string? Condition, TemplateNode? Otherwise) ConditionOf(TemplateNode? arn)
    {
        if (!Intrinsic.IsIf(arn))
        {
            return (null, null);
        }

        TemplateList arguments = Intrinsic.CheckedIf(
            arn, fault => new SamResourceException(_configId, $"Malformed 'Destination' property: {fault}."));
        bool noThen = Intrinsic.IsNoValue(arguments[1]);
        bool noElse = Intrinsic.IsNoValue(arguments[2]);
        string condition = Python27.Print(arguments[0]);
        if (noThen == noElse)
        {
            return (null, null);
        }

        if (noThen)
        {
            return (condition, arguments[2]);
        }

        string negated = LogicalIds.Of($"NOT{condition}", _configId);
        context.AddCondition(negated, Intrinsic.Not(condition));
        return (negated, arguments[1]);
    }

    /// <summary>The function's own condition and that one.</summary>
    private string? Combined(string? condition)
    {
        string? own = (definition.PassedAttributes["Condition"] as TemplateText)?.Value;
        if (own is null || condition is null)
        {
            return condition ?? own;
        }

        string name = LogicalIds.Of($"{own}AND{condition}", _id);
        context.AddCondition(name, new TemplateMap
        {
            ["Fn::And"] = new TemplateList([Named(own), Named(condition)]),
        });
        return name;
    }

    // AWS wraps the conditions twice.
    private static TemplateMap Named(string condition) => new() { ["Condition"] = new TemplateMap { ["Condition"] = condition } };
}
