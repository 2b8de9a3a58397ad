using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Transforms;

namespace Lamina.Stacks.Engine;

/// <summary>What a template declares, without anything being evaluated.</summary>
public sealed record TemplateSummary
{
    public required string? Description { get; init; }

    public required IReadOnlyList<DeclaredParameter> Parameters { get; init; }

    public required IReadOnlyList<string> Capabilities { get; init; }

    public required string? CapabilitiesReason { get; init; }

    public required IReadOnlyList<string> ResourceTypes { get; init; }

    public required IReadOnlyList<string> Transforms { get; init; }

    public required string? Version { get; init; }

    /// <summary>JSON.</summary>
    public required string? Metadata { get; init; }

    /// <summary>Throws CloudFormation's ValidationError for a template whose form is wrong.</summary>
    public static TemplateSummary Of(string body)
    {
        StackTemplate template = StackTemplate.Of(StackTemplate.Read(body));
        (string Capability, string Reason)? needed = StackPlanner.CapabilityOf(template);
        string[] transforms = [.. template.Transforms];
        if (transforms.Length == 0 && !IncludedFragments.AreIn(template.Root))
        {
            // References of a template that transforms will still change are checked when they have run.
            ResourceGraph.Check(template);
        }

        return new TemplateSummary
        {
            Description = template.Description,
            Parameters =
            [
                .. template.Parameters.Select(static parameter => new DeclaredParameter(
                    parameter.Name, parameter.Type, parameter.Default, parameter.NoEcho, parameter.Description, parameter.AllowedValues)),
            ],
            Capabilities = [.. needed is { } one ? [one.Capability] : (string[])[], .. transforms.Length > 0 ? ["CAPABILITY_AUTO_EXPAND"] : (string[])[]],
            CapabilitiesReason = needed?.Reason
                ?? (transforms.Length > 0 ? $"The following transform(s) require capabilities: [{string.Join(", ", transforms)}]" : null),
            ResourceTypes =
                [.. template.Resources.Values.Select(static resource => resource.Type).Where(static type => type.Length > 0).Distinct(StringComparer.Ordinal)],
            Transforms = transforms,
            Version = Scalars.TextOf(template.Root["AWSTemplateFormatVersion"]),
            Metadata = template.Root["Metadata"] is { } metadata ? PropertiesJson.Write(metadata) : null,
        };
    }
}

public sealed record DeclaredParameter(
    string Name, string Type, string? Default, bool NoEcho, string? Description, IReadOnlyList<string> AllowedValues);
