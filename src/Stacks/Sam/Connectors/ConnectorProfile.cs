using Lamina.Stacks.Sam.Data;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Connectors;

/// <summary>What connects resources of two types, from connectors.json.</summary>
internal sealed class ConnectorProfile
{
    private static readonly Lazy<TemplateMap> File = new(static () => (TemplateMap)DataFile.ReadJson("connectors.json"));

    private readonly TemplateMap _profile;

    private ConnectorProfile(TemplateMap profile) => _profile = profile;

    public string Kind => Python27.Print(_profile["kind"]);

    /// <summary>Whether the policy is the source's; else it is the destination's.</summary>
    public bool IsOnSource => TemplateNode.Same(_profile["policyOn"], "source");

    public string? DependedBy => (_profile["dependedBy"] as TemplateText)?.Value;

    /// <summary>Permissions by their names: Read, Write.</summary>
    public TemplateMap Access => (TemplateMap)_profile["access"]!;

    /// <summary>The sets of permissions that may be asked for together, each sorted; none where any may.</summary>
    public string[][] Combinations => [.. ((_profile["combinations"] as TemplateList) ?? [])
        .Select(static one => ((TemplateList)one).Select(Python27.Print).Order(StringComparer.Ordinal).ToArray())];

    public static ConnectorProfile? Find(string source, string destination) => ((TemplateList)File.Value["profiles"]!).Cast<TemplateMap>()
        .Where(profile => TemplateNode.Same(profile["source"], source) && TemplateNode.Same(profile["destination"], destination))
        .Select(static profile => new ConnectorProfile(profile)).FirstOrDefault();

    /// <summary>How a type's role is found, and what references to it give: Arn, Name, …</summary>
    public static TemplateMap? TypeOf(string resourceType) => ((TemplateMap)File.Value["resources"]!)[resourceType] as TemplateMap;
}
