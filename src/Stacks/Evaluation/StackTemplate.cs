using System.Text;
using Lamina.Contract;
using Lamina.Stacks.Templates;
using Lamina.Stacks.Transforms;

namespace Lamina.Stacks.Evaluation;

/// <summary>A CloudFormation template, its parts told apart and its form checked. What stands in the parts is not evaluated.</summary>
internal sealed class StackTemplate
{
    private const string SomeVersion = "2010-09-09";

    private static readonly string[] Sections =
    [
        "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Transform", "Resources", "Outputs", "Rules", "Globals", "Hooks",
    ];

    private static readonly string[] ResourceMembers =
    [
        "Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata", "UpdatePolicy", "CreationPolicy",
    ];

    private static readonly string[] Policies = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];

    private StackTemplate(TemplateMap root, bool isFinal)
    {
        Root = root;
        Parameters = [.. SectionOf("Parameters").Entries.Select(static entry => ParameterDefinition.Read(entry.Key.Name, entry.Value))];
        Mappings = SectionOf("Mappings");
        Conditions = SectionOf("Conditions");
        Outputs = SectionOf("Outputs");
        Rules = SectionOf("Rules");
        Resources = SectionOf("Resources").Entries.Where(entry => isFinal || entry.Value is TemplateMap).ToDictionary(
            static entry => entry.Key.Name,
            entry => isFinal ? ReadResource(entry.Key.Name, entry.Value) : ReadUntransformed(entry.Key.Name, (TemplateMap)entry.Value),
            StringComparer.Ordinal);
    }

    public TemplateMap Root { get; }

    public string? Description => Scalars.TextOf(Root["Description"]);

    public IReadOnlyList<ParameterDefinition> Parameters { get; }

    public TemplateMap Mappings { get; }

    public TemplateMap Conditions { get; }

    public TemplateMap Outputs { get; }

    public TemplateMap Rules { get; }

    /// <summary>By logical id.</summary>
    public IReadOnlyDictionary<string, TemplateResource> Resources { get; }

    public IEnumerable<string> Transforms => NamesOf(Root["Transform"]);

    public ParameterDefinition? FindParameter(string name) => Parameters.FirstOrDefault(parameter => parameter.Name == name);

    /// <summary>Reads YAML or JSON. Throws CloudFormation's ValidationError.</summary>
    public static TemplateMap Read(string body)
    {
        try
        {
            return TemplateReader.Read(Encoding.UTF8.GetBytes(body)) as TemplateMap ?? throw StackErrors.Format("unsupported structure.");
        }
        catch (TemplateException fault)
        {
            string kind = body.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal) ? "JSON" : "YAML";
            throw StackErrors.Format($"{kind} not well-formed. (line {fault.Position.Line}, column {fault.Position.Column}): {fault.Message}");
        }
    }

    /// <summary>
    /// Throws CloudFormation's ValidationError for a template whose form is wrong. Of one that transforms will change yet, only what they leave
    /// alone is checked.
    /// </summary>
    public static StackTemplate Of(TemplateMap root)
    {
        CheckSections(root);
        bool isFinal = !root.Has("Transform") && !IncludedFragments.AreIn(root);
        StackTemplate template = new(root, isFinal);
        if (!isFinal)
        {
            return template;
        }

        if (template.Resources.Count == 0)
        {
            throw StackErrors.Format("At least one Resources member must be defined.");
        }

        if (template.Resources.Count > Limits.TemplateResources)
        {
            throw StackErrors.Format($"Number of resources, {template.Resources.Count}, is greater than maximum allowed, {Limits.TemplateResources}");
        }

        return template;
    }

    private static void CheckSections(TemplateMap root)
    {
        string[] unknown = [.. root.Names.Except(Sections, StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw StackErrors.Validation($"Invalid template property or properties [{string.Join(", ", unknown)}]");
        }

        if (root.Has("AWSTemplateFormatVersion") && Scalars.TextOf(root["AWSTemplateFormatVersion"]) != SomeVersion)
        {
            throw StackErrors.Format("unsupported value for AWSTemplateFormatVersion.");
        }

        if (root.Has("Description") && !Scalars.Is(root["Description"]))
        {
            throw StackErrors.Format("Template Description must be a string.");
        }
    }

    private static TemplateResource ReadUntransformed(string logicalId, TemplateMap map) => new()
    {
        LogicalId = logicalId,
        Type = Scalars.TextOf(map["Type"]) ?? "",
        Properties = map["Properties"] as TemplateMap ?? [],
        Condition = Scalars.TextOf(map["Condition"]),
        DependsOn = [],
        DeletionPolicy = Policies[0],
        UpdateReplacePolicy = Policies[0],
        Metadata = null,
    };

    private static TemplateResource ReadResource(string logicalId, TemplateNode node)
    {
        if (!logicalId.All(char.IsAsciiLetterOrDigit))
        {
            throw StackErrors.Format($"Resource name {logicalId} is non alphanumeric.");
        }

        TemplateMap map = node as TemplateMap ?? throw StackErrors.Format("Every Resources member must be an object.");
        if (map.Names.Except(ResourceMembers, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw StackErrors.Validation($"Invalid template resource property '{unknown}'");
        }

        return new TemplateResource
        {
            LogicalId = logicalId,
            Type = Scalars.TextOf(map["Type"]) ?? throw StackErrors.Format($"[/Resources/{logicalId}] Every Resources object must contain a Type member."),
            Properties = map["Properties"] switch
            {
                null => [],
                TemplateMap properties => properties,
                _ => throw StackErrors.Format($"[/Resources/{logicalId}/Properties] Every Properties member must be an object."),
            },
            Condition = Scalars.TextOf(map["Condition"]),
            DependsOn = [.. NamesOf(map["DependsOn"])],
            DeletionPolicy = PolicyOf(map["DeletionPolicy"], logicalId, "DeletionPolicy"),
            UpdateReplacePolicy = PolicyOf(map["UpdateReplacePolicy"], logicalId, "UpdateReplacePolicy"),
            Metadata = map["Metadata"] as TemplateMap,
        };
    }

    private static string PolicyOf(TemplateNode? node, string logicalId, string name) => node switch
    {
        null => "Delete",
        TemplateText { Value: var policy } when Policies.Contains(policy, StringComparer.Ordinal) => policy,
        // With language extensions a policy may be an intrinsic; those are evaluated before the template is read here.
        _ => throw StackErrors.Format($"Unrecognized {name} {Scalars.TextOf(node)} for resource {logicalId}"),
    };

    private static IEnumerable<string> NamesOf(TemplateNode? node) => node switch
    {
        TemplateText text => [text.Value],
        TemplateList list => list.SelectMany(NamesOf),
        TemplateMap map when Scalars.TextOf(map["Name"]) is { } name => [name],
        _ => [],
    };

    private TemplateMap SectionOf(string name) => Root[name] switch
    {
        null => [],
        TemplateMap section => section,
        _ => throw StackErrors.Format($"{name} must be an object."),
    };
}
