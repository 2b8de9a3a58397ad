using Lamina.Stacks.Sam.Connectors;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::Connector: permissions between two resources, as a profile of their types has them.</summary>
internal sealed class ConnectorResource(SamDefinition definition) : SamResource(definition)
{
    public static ConnectorResource Make(string logicalId, TemplateMap source, TemplateMap destination, TemplateList permissions)
    {
        TemplateMap item = new()
        {
            ["Type"] = SamTypes.Connector,
            ["Properties"] = new TemplateMap { ["Source"] = source, ["Destination"] = destination, ["Permissions"] = permissions },
        };
        return new ConnectorResource(SamDefinition.Read(PropertyTable.Resource(SamTypes.Connector), SamTypes.Connector, logicalId, item));
    }

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        bool isMany = Property("Destination") is TemplateList;
        TemplateMap sourceGiven = Property("Source") as TemplateMap ?? throw new TemplateShapeException(Property("Source"), "map");
        List<GeneratedResource> resources = [];
        int index = 0;
        foreach (TemplateNode node in Property("Destination") as TemplateList ?? new TemplateList([Property("Destination")!]))
        {
            TemplateMap destinationGiven = node as TemplateMap ?? throw new TemplateShapeException(node, "map");
            ConnectorEnd destination = ConnectorEnd.Of(LogicalId, destinationGiven, sourceGiven, context.OutputResources);
            ConnectorEnd source = ConnectorEnd.Of(LogicalId, sourceGiven, destinationGiven, context.OutputResources);
            GeneratedResource[] made = [.. Connect(source, destination, isMany ? $"Destination{index}" : "", context)];
            AddMetadata(made, source, destination, context);
            resources.AddRange(made);
            index++;
        }

        ReplaceDependencies(resources, context);
        return resources.Count > 0 ? resources : throw Fault("'Destination' is an empty list", "Destination");
    }

    private IEnumerable<GeneratedResource> Connect(ConnectorEnd source, ConnectorEnd destination, string suffix, SamContext context)
    {
        ConnectorProfile profile = ConnectorProfile.Find(source.Type, destination.Type) ?? throw Fault(
            $"Unable to create connector from {source.Type} to {destination.Type}; it's not supported or the template is invalid.");
        string[] permissions = Permissions(profile, source, destination);
        TemplateMap access;
        try
        {
            access = (TemplateMap)Placeholders.Fill(profile.Access, ValuesOf(source, destination));
        }
        catch (ArgumentException fault)
        {
            throw Fault(fault.Message.Split(" (Parameter")[0]);
        }

        ConnectorEnd owner = profile.IsOnSource ? source : destination;
        string end = profile.IsOnSource ? "Source" : "Destination";
        return profile.Kind switch
        {
            "AWS_IAM_ROLE_MANAGED_POLICY" => [RolePolicy(profile, access, permissions, owner, end, suffix, source, destination, context)],
            "AWS_SQS_QUEUE_POLICY" => [ResourcePolicy(
                "AWS::SQS::QueuePolicy", $"QueuePolicy{suffix}", "Queues", Needed(owner, "QueueUrl", "SQS queue URL", end), access, permissions)],
            "AWS_SNS_TOPIC_POLICY" => [ResourcePolicy(
                "AWS::SNS::TopicPolicy", $"TopicPolicy{suffix}", "Topics", Needed(owner, "Arn", "SNS topic ARN", end), access, permissions)],
            _ => FunctionPermissions(Needed(owner, "Arn", "Lambda function ARN", end), access, permissions, suffix),
        };
    }

    private TemplateNode Needed(ConnectorEnd owner, string value, string what, string end) =>
        owner.Values[value] is { IsTruthy: true } given ? given : throw Fault($"Unable to get {what} from '{end}' resource.", end);

    private static Dictionary<string, TemplateNode?> ValuesOf(ConnectorEnd source, ConnectorEnd destination) => new(StringComparer.Ordinal)
    {
        ["Source.Arn"] = source.Values["Arn"],
        ["Destination.Arn"] = destination.Values["Arn"],
        ["Source.ResourceId"] = source.Values["ResourceId"],
        ["Destination.ResourceId"] = destination.Values["ResourceId"],
        ["Source.Name"] = source.Values["Name"],
        ["Destination.Name"] = destination.Values["Name"],
        ["Source.Qualifier"] = source.Values["Qualifier"],
        ["Destination.Qualifier"] = destination.Values["Qualifier"],
    };

    private string[] Permissions(ConnectorProfile profile, ConnectorEnd source, ConnectorEnd destination)
    {
        string[] asked = [.. (Property("Permissions") as TemplateList)?.Select(Python27.Print).Distinct() ?? []];
        string valid = string.Join(", ", profile.Access.Names);
        if (asked.Length == 0)
        {
            throw Fault($"'Permissions' cannot be empty; valid values are: {valid}.", "Permissions");
        }

        string unsupported = $"Unsupported 'Permissions' provided for connector from {source.Type} to {destination.Type};";
        if (asked.Any(permission => !profile.Access.Has(permission)))
        {
            throw Fault($"{unsupported} valid values are: {valid}.", "Permissions");
        }

        string[][] combinations = profile.Combinations;
        if (combinations.Length > 0 && !combinations.Any(one => one.SequenceEqual(asked.Order(StringComparer.Ordinal))))
        {
            throw Fault(
                $"{unsupported} valid combinations are: {string.Join(", ", combinations.Select(static one => string.Join(" + ", one)))}.", "Permissions");
        }

        return asked;
    }

    private static TemplateMap DocumentOf(TemplateMap access, string[] permissions) => new()
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = new TemplateList(access.Entries.Where(entry => permissions.Contains(entry.Key.Name))
            .SelectMany(static entry => (TemplateList)((TemplateMap)entry.Value)["Statement"]!).ToArray()),
    };

    private GeneratedResource RolePolicy(
        ConnectorProfile profile, TemplateMap access, string[] permissions, ConnectorEnd owner, string end, string suffix, ConnectorEnd source,
        ConnectorEnd destination, SamContext context)
    {
        TemplateNode role = Needed(owner, "RoleName", "IAM role name", end);
        GeneratedResource policy = new("AWS::IAM::ManagedPolicy", $"{LogicalId}Policy{suffix}", Attributes, DependsOn);
        policy["PolicyDocument"] = DocumentOf(access, permissions);
        policy["Roles"] = new TemplateList([role]);
        if (profile.DependedBy == "DESTINATION_EVENT_SOURCE_MAPPING" && source.LogicalId is not null && destination.LogicalId is not null)
        {
            // There is one mapping from a source to a function, or the deployment fails anyway.
            if (MappingsOf(source.LogicalId, destination.LogicalId, context).ToArray() is [var mapping])
            {
                AddDependency(mapping, policy.LogicalId);
            }
        }
        else if (profile.DependedBy == "SOURCE" && source.LogicalId is not null && context.OutputResources[source.LogicalId] is TemplateMap resource)
        {
            AddDependency(resource, policy.LogicalId);
        }

        return policy;
    }

    private GeneratedResource ResourcePolicy(
        string type, string suffix, string property, TemplateNode resource, TemplateMap access, string[] permissions)
    {
        GeneratedResource policy = new(type, $"{LogicalId}{suffix}", Attributes, DependsOn);
        policy["PolicyDocument"] = DocumentOf(access, permissions);
        policy[property] = new TemplateList([resource]);
        return policy;
    }

    private IEnumerable<GeneratedResource> FunctionPermissions(TemplateNode arn, TemplateMap access, string[] permissions, string suffix)
    {
        foreach ((TemplateKey key, TemplateNode value) in access.Entries.Where(entry => permissions.Contains(entry.Key.Name)))
        {
            TemplateMap settings = (TemplateMap)value;
            GeneratedResource permission = new("AWS::Lambda::Permission", $"{LogicalId}{key.Name}LambdaPermission{suffix}", Attributes, DependsOn);
            permission["FunctionName"] = arn;
            foreach (string name in new[] { "Action", "Principal", "SourceArn", "SourceAccount" })
            {
                permission[name] = settings[name];
            }

            yield return permission;
        }
    }

    private static IEnumerable<TemplateMap> MappingsOf(string sourceId, string functionId, SamContext context) =>
        context.OutputResources.Entries.Select(static entry => entry.Value).OfType<TemplateMap>().Where(resource =>
            TemplateNode.Same(resource["Type"], "AWS::Lambda::EventSourceMapping") && resource["Properties"] is TemplateMap properties
            && Intrinsic.LogicalIdOf(properties["FunctionName"]) == functionId && Intrinsic.LogicalIdOf(properties["EventSourceArn"]) == sourceId);

    private static TemplateList DependenciesOf(TemplateMap resource) => resource["DependsOn"] switch
    {
        null => new TemplateList(),
        TemplateList list => new TemplateList(list),
        { } one => new TemplateList([one]),
    };

    private static void AddDependency(TemplateMap resource, params IEnumerable<string> ids)
    {
        TemplateList dependencies = DependenciesOf(resource);
        foreach (string id in ids.Where(id => !dependencies.Holds(id)))
        {
            dependencies.Add(id);
        }

        resource["DependsOn"] = dependencies;
    }

    /// <summary>What depends on the connector depends on what it became.</summary>
    private void ReplaceDependencies(List<GeneratedResource> made, SamContext context)
    {
        foreach (TemplateMap resource in context.OutputResources.Entries.Select(static entry => entry.Value).OfType<TemplateMap>())
        {
            TemplateList dependencies = DependenciesOf(resource);
            if (dependencies.Holds(LogicalId))
            {
                resource["DependsOn"] = new TemplateList(dependencies.Where(id => !TemplateNode.Same(id, LogicalId)).ToArray());
                AddDependency(resource, made.Select(static one => one.LogicalId));
            }
        }
    }

    /// <summary>Says in the made resources what was connected, by the types that the template names.</summary>
    private void AddMetadata(GeneratedResource[] made, ConnectorEnd source, ConnectorEnd destination, SamContext context)
    {
        TemplateMap connector = new() { ["Source"] = TypeOf(source, context), ["Destination"] = TypeOf(destination, context) };
        foreach (GeneratedResource resource in made)
        {
            TemplateMap metadata = (resource.Attributes["Metadata"] as TemplateMap)?.CopyFlat() ?? new TemplateMap();
            metadata["aws:sam:connectors"] = new TemplateMap { [LogicalId] = connector };
            resource.Attributes["Metadata"] = metadata;
        }
    }

    private static TemplateMap TypeOf(ConnectorEnd end, SamContext context) => new()
    {
        ["Type"] = end.LogicalId is not null && context.SourceResources[end.LogicalId] is TemplateMap resource && resource["Type"] is { } type
            ? type : end.Type,
    };
}
