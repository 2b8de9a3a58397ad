using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Deployments;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>What the resources of one template share while it is transformed. Its owner is one run of <see cref="SamTransform"/>.</summary>
internal sealed class SamContext(SamOptions options, TemplateMap source, ParameterValues parameters, MappingValues mappings)
{
    public SamOptions Options { get; } = options;

    public string Partition => Options.Partition;

    public ParameterValues Parameters { get; } = parameters;

    public MappingValues Mappings { get; } = mappings;

    /// <summary>The template with its SAM resources, which events change: an API's document, a bucket's notifications.</summary>
    public TemplateMap SourceResources { get; } = (TemplateMap)source["Resources"]!;

    /// <summary>What becomes the CloudFormation template; its SAM resources are replaced one by one.</summary>
    public TemplateMap Output { get; } = (TemplateMap)source.Copy();

    public TemplateMap OutputResources => (TemplateMap)Output["Resources"]!;

    public DeploymentPreferences Deployments { get; } = new();

    public SharedUsagePlan SharedUsagePlan { get; } = new();

    /// <summary>Route 53 records of the same hosted zone are one resource.</summary>
    public Dictionary<string, GeneratedResource> RecordSetGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>By API, the names given to its functions, which redeploy the API when they change.</summary>
    public Dictionary<string, string> FunctionNames { get; } = new(StringComparer.Ordinal);

    public ResourceReferences References { get; } = new();

    public bool HasConditions => Output["Conditions"] is TemplateMap;

    public void AddCondition(string name, TemplateNode condition) => ConditionsOf(Output)[name] = condition;

    /// <summary>The section of a template, made where there is none.</summary>
    /// <exception cref="TemplateShapeException">It is no map.</exception>
    public static TemplateMap ConditionsOf(TemplateMap template)
    {
        if (template["Conditions"] is null or TemplateNull)
        {
            template["Conditions"] = new TemplateMap();
        }

        return template["Conditions"] as TemplateMap ?? throw new TemplateShapeException(template["Conditions"], "map");
    }

    public void RemoveCondition(string name) => (Output["Conditions"] as TemplateMap)?.Remove(name);
}
