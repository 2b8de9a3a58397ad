using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The property SchemaRegistryConfig of a Kafka event: what the role needs to read schemas.</summary>
internal static class SchemaRegistry
{
    private const string RegistryPrefix = "registry/";

    /// <exception cref="SamEventException">The property is invalid.</exception>
    public static IEnumerable<TemplateNode> Statements(string eventId, TemplateNode? given, ParameterValues parameters)
    {
        if (given is not { IsTruthy: true })
        {
            return [];
        }

        TemplateMap config = Expected.OfEvent(given, eventId, "SchemaRegistryConfig").ToBeMap();
        Check(eventId, config);
        List<TemplateNode> statements = [];
        foreach (TemplateMap access in (config["AccessConfigs"] as TemplateList)?.OfType<TemplateMap>() ?? [])
        {
            statements.Add(IamPolicies.Allow(new TemplateList(["secretsmanager:GetSecretValue"]), access["URI"]));
        }

        if (RegistryNameOf(config["SchemaRegistryURI"], parameters) is { } name)
        {
            statements.Add(IamPolicies.Allow(new TemplateList(["glue:GetRegistry"]), config["SchemaRegistryURI"]));
            statements.Add(IamPolicies.Allow(
                new TemplateList(["glue:GetSchemaVersion"]),
                new TemplateList([Intrinsic.Sub($"arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{name}/*")])));
        }

        return statements;
    }

    private static void Check(string eventId, TemplateMap config)
    {
        string? fault = new[] { "SchemaRegistryURI", "EventRecordFormat", "SchemaValidationConfigs" }.FirstOrDefault(field => !config.Has(field)) is { } missing
            ? $"Missing required field {missing} in SchemaRegistryConfig" : null;
        fault ??= config["EventRecordFormat"] is TemplateText { Value: "JSON" or "SOURCE" } ? null
            : "EventRecordFormat in SchemaRegistryConfig must be either 'JSON' or 'SOURCE'";
        fault ??= config["SchemaValidationConfigs"] is TemplateList ? null : "SchemaValidationConfigs must be a list";
        fault ??= config["AccessConfigs"] is null or { IsTruthy: false } or TemplateList ? null : "AccessConfigs in SchemaRegistryConfig must be a list";
        fault ??= (config["AccessConfigs"] as TemplateList)?.All(static one => one is TemplateMap map && map.Has("Type") && map.Has("URI")) != false
            ? null : "Each AccessConfig must be a dict with 'Type' and 'URI' fields";
        if (fault is not null)
        {
            throw new SamEventException(eventId, fault, "SchemaRegistryConfig", config.Position);
        }
    }

    /// <summary>The name of a registry of Glue, by its ARN.</summary>
    private static string? RegistryNameOf(TemplateNode? uri, ParameterValues parameters)
    {
        TemplateNode? arn = uri is TemplateMap map ? (parameters.Resolve(map.CopyFlat()) as TemplateMap)?["Fn::Sub"] : uri;
        return Python27.Print(arn).Split(':') is [['a', 'r', 'n', ..], _, _, _, _, var resource, ..]
            && resource.StartsWith(RegistryPrefix, StringComparison.Ordinal) ? resource[RegistryPrefix.Length..] : null;
    }
}
