using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>Connectors written within their source become resources of their own.</summary>
internal static class EmbeddedConnectors
{
    public static void MoveOut(TemplateMap resources, List<SamException> faults)
    {
        TemplateMap moved = new();
        foreach ((TemplateKey key, TemplateNode value) in resources.Entries.Where(static resource => ((TemplateMap)resource.Value).Has("Connectors")))
        {
            Collect(key.Name, (TemplateMap)value, resources, moved, faults);
        }

        resources.Merge(moved);
        foreach ((TemplateKey _, TemplateNode value) in resources.Entries)
        {
            ((TemplateMap)value).Remove("Connectors");
        }
    }

    private static void Collect(string sourceId, TemplateMap source, TemplateMap resources, TemplateMap moved, List<SamException> faults)
    {
        TemplateMap connectors;
        try
        {
            connectors = Expected.Attribute(source["Connectors"], sourceId, $"{sourceId}.Connectors").ToBeMap();
        }
        catch (SamException fault)
        {
            faults.Add(fault);
            return;
        }

        foreach ((TemplateKey key, TemplateNode value) in connectors.Entries)
        {
            string id = $"{sourceId}{key.Name}";
            try
            {
                TemplateMap connector = ConnectorOf(sourceId, key.Name, id, value);
                moved[id] = UniqueIds.MayHave(SamTypes.Connector, id, resources)
                    ? connector : throw new SamDuplicateIdException(sourceId, id, SamTypes.Connector);
            }
            catch (SamException fault)
            {
                faults.Add(fault);
            }
        }
    }

    private static TemplateMap ConnectorOf(string sourceId, string name, string id, TemplateNode value)
    {
        if (value is not TemplateMap)
        {
            throw new SamResourceException(id, $"{sourceId}.{id} should be a map.", null, value.Position);
        }

        TemplateMap connector = (TemplateMap)value.Copy();
        connector["Type"] = SamTypes.Connector;
        TemplateMap properties = Expected.Attribute(connector["Properties"], sourceId, $"Connectors.{name}.Properties").ToBeMap();
        TemplateMap source = new() { ["Id"] = sourceId };
        properties["Source"] = source;
        if (properties.Has("SourceReference"))
        {
            TemplateMap reference = Expected.Property(
                properties["SourceReference"], sourceId, $"Connectors.{name}.Properties.SourceReference").ToBeMap();
            if (reference.Has("Id"))
            {
                throw new SamResourceException(name, "'Id' shouldn't be defined in 'SourceReference'.", null, reference.Position);
            }

            source.Merge(reference);
            properties.Remove("SourceReference");
        }

        return Checked(id, connector);
    }

    private static TemplateMap Checked(string id, TemplateMap connector)
    {
        SamDefinition read = SamDefinition.Read(PropertyTable.Resource(SamTypes.Connector), SamTypes.Connector, id, connector);
        TemplateMap node = new() { Position = connector.Position, ["Type"] = SamTypes.Connector };
        if (read.DependsOn is { IsTruthy: true })
        {
            node["DependsOn"] = read.DependsOn;
        }

        node.Merge(read.Attributes);
        node["Properties"] = read.Properties;
        return node;
    }
}
