using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>A resource or an event as the template defines it, checked against its type's table.</summary>
internal sealed class SamDefinition
{
    private static readonly string[] KnownAttributes = ["DeletionPolicy", "UpdatePolicy", "Condition", "UpdateReplacePolicy", "Metadata"];

    private SamDefinition(string logicalId, TemplateMap properties, TemplateMap attributes, TemplateNode? dependsOn)
    {
        LogicalId = logicalId;
        Properties = properties;
        Attributes = attributes;
        DependsOn = dependsOn;
    }

    public string LogicalId { get; }

    /// <summary>A map of its own: setting a property does not change the template; changing a value does.</summary>
    public TemplateMap Properties { get; }

    public TemplateMap Attributes { get; }

    public TemplateNode? DependsOn { get; }

    public TemplateMap PassedAttributes => GeneratedResource.PassedOnOf(Attributes);

    public TemplateNode? this[string property]
    {
        get => Properties[property];
        set => Properties.Set(property, value);
    }

    /// <param name="table">The type's properties.</param>
    /// <param name="type">The type.</param>
    /// <param name="logicalId">The id that faults are told under.</param>
    /// <param name="definition">A map with Type and Properties.</param>
    /// <param name="prepare">Changes the properties before they are checked.</param>
    /// <exception cref="SamResourceException">The definition does not go with the table.</exception>
    public static SamDefinition Read(
        PropertyTable table, string type, string logicalId, TemplateMap definition, Action<TemplateMap>? prepare = null)
    {
        GeneratedResource.Checked(logicalId);
        TemplateMap properties = PropertiesOf(type, logicalId, definition);
        prepare?.Invoke(properties);
        TemplateMap own = new();
        own.Merge(properties);
        TemplateMap attributes = new();
        foreach (string name in KnownAttributes.Where(definition.Has))
        {
            attributes.Set(name, definition[name]);
        }

        table.Check(type, logicalId, own);
        return new SamDefinition(logicalId, own, attributes, definition["DependsOn"]);
    }

    private static TemplateMap PropertiesOf(string type, string logicalId, TemplateMap definition)
    {
        if (!definition.Has("Type"))
        {
            throw new SamResourceException(logicalId, "Resource dict missing key 'Type'.");
        }

        if (!TemplateNode.Same(definition["Type"], type))
        {
            throw new SamResourceException(
                logicalId, $"Resource has incorrect Type; expected '{type}', got '{Python27.Print(definition["Type"])}'");
        }

        return !definition.Has("Properties") ? new TemplateMap()
            : definition["Properties"] as TemplateMap
                ?? throw new SamResourceException(logicalId, "Properties of a resource must be an object.");
    }
}
