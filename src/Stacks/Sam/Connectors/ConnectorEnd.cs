using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Connectors;

/// <summary>The source or the destination of a connector: a resource of the template, or one described by its type and ARN.</summary>
internal sealed class ConnectorEnd
{
    private static readonly Dictionary<string, string> Transformed = new(StringComparer.Ordinal)
    {
        [SamTypes.Function] = "AWS::Lambda::Function",
        [SamTypes.StateMachine] = "AWS::StepFunctions::StateMachine",
        [SamTypes.Api] = "AWS::ApiGateway::RestApi",
        [SamTypes.HttpApi] = "AWS::ApiGatewayV2::Api",
        [SamTypes.SimpleTable] = "AWS::DynamoDB::Table",
    };

    private ConnectorEnd(string? logicalId, string type, TemplateMap values)
    {
        LogicalId = logicalId;
        Type = type;
        Values = values;
    }

    public string? LogicalId { get; }

    public string Type { get; }

    /// <summary>Arn, RoleName, QueueUrl, ResourceId, Name, Qualifier, as far as there are.</summary>
    public TemplateMap Values { get; }

    /// <exception cref="SamResourceException">Neither an id nor a description, or no such resource.</exception>
    public static ConnectorEnd Of(string connectorId, TemplateMap described, TemplateMap other, TemplateMap resources)
    {
        SamResourceException Fault(string message) => new(connectorId, message, null, described.Position);

        bool hasOthers = described.Names.Any(static name => name is not ("Id" or "Qualifier"));
        if (described.Has("Id") == hasOthers)
        {
            throw Fault("Must provide 'Id' (with optional 'Qualifier') or a supported combination of other properties.");
        }

        if (described["Id"] is not { IsTruthy: true } id)
        {
            string type = described["Type"] is TemplateText { IsTruthy: true } text ? text.Value : throw Fault("'Type' is missing or not a string.");
            return new ConnectorEnd(null, Transformed.GetValueOrDefault(type, type), described);
        }

        string logicalId = (id as TemplateText ?? throw Fault("'Id' is missing or not a string.")).Value;
        TemplateMap resource = resources[logicalId] is TemplateMap { Count: > 0 } found ? found
            : throw Fault($"Unable to find resource with logical ID '{logicalId}'.");
        string resourceType = resource["Type"] is TemplateText { IsTruthy: true } given ? given.Value : throw Fault("'Type' is missing or not a string.");
        return new ConnectorEnd(logicalId, resourceType, ValuesOf(resourceType, logicalId, resource, described, other));
    }

    private static TemplateMap ValuesOf(string type, string logicalId, TemplateMap resource, TemplateMap described, TemplateMap other)
    {
        TemplateMap? known = ConnectorProfile.TypeOf(type);
        TemplateMap outputs = known is null ? new TemplateMap()
            : (TemplateMap)Placeholders.Fill(known["outputs"]!, new Dictionary<string, TemplateNode?> { ["logicalId"] = logicalId });
        TemplateMap values = new();
        values.Set("Arn", outputs["Arn"]);
        values.Set("RoleName", RoleName(known?["role"], resource["Properties"] as TemplateMap ?? new TemplateMap(), other));
        values.Set("QueueUrl", outputs["Url"]);
        values.Set("ResourceId", outputs["Id"]);
        values.Set("Name", outputs["Name"]);
        values.Set("Qualifier", described.Has("Qualifier") ? described["Qualifier"] : outputs["Qualifier"]);
        return values;
    }

    private static TemplateMap? RoleName(TemplateNode? rule, TemplateMap properties, TemplateMap other)
    {
        TemplateNode? role = rule switch
        {
            TemplateText property => properties[property.Value],
            TemplateMap => RoleOfTarget(properties, other),
            _ => null,
        };
        return Intrinsic.LogicalIdOf(role) is { } id ? Intrinsic.Ref(id) : null;
    }

    /// <summary>A rule has a role for each of its targets.</summary>
    private static TemplateNode? RoleOfTarget(TemplateMap properties, TemplateMap other)
    {
        foreach (TemplateMap target in (properties["Targets"] as TemplateList)?.OfType<TemplateMap>() ?? [])
        {
            string? id = Intrinsic.LogicalIdOf(target["Arn"]);
            if ((id is not null && TemplateNode.Same(other["Id"], id))
                || (other["Arn"] is { IsTruthy: true } arn && TemplateNode.Same(target["Arn"], arn)))
            {
                return target["RoleArn"];
            }
        }

        return null;
    }
}
