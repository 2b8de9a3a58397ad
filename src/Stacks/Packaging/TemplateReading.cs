using System.Text.Json;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Sam;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;
using Lamina.Stacks.Transforms;

namespace Lamina.Stacks.Packaging;

/// <summary>A template as it lies on somebody's disk: what has to be uploaded before it can be deployed, and what is wrong with it, with places.</summary>
public sealed class TemplateReading
{
    private readonly TemplateMap? _template;

    private TemplateReading(TemplateMap? template, IReadOnlyList<TemplateFault> faults)
    {
        _template = template;
        Faults = faults;
    }

    /// <summary>What keeps it from being deployed, as far as it can be told before that.</summary>
    public IReadOnlyList<TemplateFault> Faults { get; }

    public IReadOnlyList<LocalArtifact> Artifacts { get; private init; } = [];

    public IReadOnlyList<TemplateParameter> Parameters { get; private init; } = [];

    /// <summary>Whether there is a template at all, and not only a fault.</summary>
    public bool IsRead => _template is not null;

    /// <summary>
    /// 1. The text is read. 2. What is local is found. 3. SAM's transform says what it would refuse, as if all that were in S3 already; types
    /// that stacks cannot have are named.
    /// </summary>
    /// <param name="content">UTF-8, YAML or JSON.</param>
    /// <param name="region">That it is meant for.</param>
    /// <param name="given">Values of parameters.</param>
    /// <param name="isServed">Whether stacks can have resources of a type.</param>
    /// <param name="time">For the transform.</param>
    /// <exception cref="AwsError">CloudFormation's ValidationError for parameters whose form is wrong.</exception>
    public static TemplateReading Of(
        ReadOnlySpan<byte> content, string region, IReadOnlyDictionary<string, string> given, Func<string, bool> isServed, TimeProvider time)
    {
        TemplateMap root;
        try
        {
            if (TemplateReader.Read(content) is not TemplateMap map) // 1
            {
                return new TemplateReading(null, [new TemplateFault(1, 1, null, "Template format error: unsupported structure.")]);
            }

            root = map;
        }
        catch (TemplateException fault)
        {
            return new TemplateReading(
                null, [new TemplateFault(fault.Position.Line, fault.Position.Column, null, $"Template format error: {fault.Message}")]);
        }

        ParameterDefinition[] parameters =
        [
            .. (root["Parameters"] as TemplateMap ?? []).Select(static entry => ParameterDefinition.Read(entry.Key.Name, entry.Value)),
        ];
        IReadOnlyList<LocalArtifact> artifacts = LocalArtifacts.In(root, new ParameterTexts(given, parameters)); // 2
        string[] transforms = TransformsOf(root);
        return new TemplateReading(root, [.. Unserved(root, transforms, isServed), .. FaultsOf(root, transforms, artifacts, region, given, time)]) // 3
        {
            Artifacts = artifacts,
            Parameters = [.. parameters.Select(parameter => TemplateParameter.Of(parameter, given.GetValueOrDefault(parameter.Name)))],
        };
    }

    /// <summary>The template as JSON, all in its order.</summary>
    public void WriteTemplate(Utf8JsonWriter writer) => TemplateWriter.Write(writer, _template!);

    private static string[] TransformsOf(TemplateMap root)
    {
        IEnumerable<TemplateNode> declared = root["Transform"] switch
        {
            null => [],
            TemplateList several => several,
            { } one => [one],
        };
        return [.. declared.Select(static name => (name as TemplateText)?.Value ?? string.Empty)];
    }

    /// <summary>
    /// A resource with a condition may never come to be, and the transform has its own word for what it would have to make of a type.
    /// </summary>
    private static IEnumerable<TemplateFault> Unserved(TemplateMap root, string[] transforms, Func<string, bool> isServed) =>
        from entry in (root["Resources"] as TemplateMap ?? []).Entries
        let resource = entry.Value as TemplateMap
        let type = resource?["Type"] as TemplateText
        where type is not null && !resource!.Has("Condition") && !isServed(type.Value)
            && !(transforms.Length > 0 && type.Value.StartsWith(SamTypes.Prefix, StringComparison.Ordinal))
        select new TemplateFault(
            type.Position.Line, type.Position.Column, entry.Key.Name,
            $"{entry.Key.Name}: Lamina does not serve {type.Value} yet; --allow-unserved {type.Value} lets a stack have it, with nothing behind.");

    /// <summary>Nothing for a template that SAM's transform does not get as it is: fragments and loops come before it.</summary>
    private static IReadOnlyList<TemplateFault> FaultsOf(
        TemplateMap root,
        string[] transforms,
        IReadOnlyList<LocalArtifact> artifacts,
        string region,
        IReadOnlyDictionary<string, string> given,
        TimeProvider time)
    {
        if (transforms is not [TemplateTransforms.Serverless] || IncludedFragments.AreIn(root))
        {
            return [];
        }

        SamOptions options = new(region, time);
        foreach ((string name, string value) in given)
        {
            options.SetParameter(name, value);
        }

        try
        {
            SamTransform.Run(LocalArtifacts.Placed(root, artifacts), options);
            return [];
        }
        catch (SamDocumentException fault)
        {
            return [.. fault.Causes.Select(cause => FaultPlaces.Locate(cause, root))];
        }
    }
}

/// <summary>A parameter that a template declares, with what its value must be like.</summary>
public sealed record TemplateParameter
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string? Default { get; init; }

    public required bool NoEcho { get; init; }

    public required string? Description { get; init; }

    public required IReadOnlyList<string> AllowedValues { get; init; }

    /// <summary>For people: pattern, lengths and bounds in one line; null where anything goes.</summary>
    public required string? Constraint { get; init; }

    /// <summary>What is wrong with the value that is given; null where nothing is, or none is given.</summary>
    public required string? Fault { get; init; }

    internal static TemplateParameter Of(ParameterDefinition definition, string? given) => new()
    {
        Name = definition.Name,
        Type = definition.Type,
        Default = definition.Default,
        NoEcho = definition.NoEcho,
        Description = definition.Description,
        AllowedValues = definition.AllowedValues,
        Constraint = definition.ConstraintDescription ?? Described(definition),
        Fault = given is null ? null : FaultOf(definition, given),
    };

    private static string? FaultOf(ParameterDefinition definition, string value)
    {
        try
        {
            definition.Check(value);
            return null;
        }
        catch (AwsError refused)
        {
            return refused.Message;
        }
    }

    private static string? Described(ParameterDefinition definition)
    {
        string[] parts = [.. ((string?[])
        [
            definition.AllowedPattern is { } pattern ? $"pattern {pattern}" : null,
            definition.MinLength is { } shortest ? $"at least {shortest} characters" : null,
            definition.MaxLength is { } longest ? $"at most {longest} characters" : null,
            definition.MinValue is { } least ? $"at least {least}" : null,
            definition.MaxValue is { } most ? $"at most {most}" : null,
        ]).OfType<string>()];
        return parts.Length == 0 ? null : string.Join(", ", parts);
    }
}
