using System.Collections.Concurrent;
using Lamina.Stacks.Sam.Data;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>The properties that a type has, with their rules, from properties.json.</summary>
internal sealed class PropertyTable
{
    private static readonly Lazy<TemplateMap> File = new(static () => (TemplateMap)DataFile.ReadJson("properties.json"));

    private static readonly ConcurrentDictionary<string, PropertyTable> Resources = new(StringComparer.Ordinal);

    private readonly OrderedDictionary<string, PropertyRule> _rules = new(StringComparer.Ordinal);

    /// <summary>Marked by "...": properties that are not in the table are passed over.</summary>
    private readonly bool _isOpen;

    private PropertyTable(TemplateMap rules)
    {
        _isOpen = rules.Has("...");
        foreach ((TemplateKey key, TemplateNode rule) in rules.Entries.Where(static entry => entry.Key.Name != "..."))
        {
            _rules.Add(key.Name, new PropertyRule(((TemplateText)rule).Value));
        }
    }

    public static PropertyTable Resource(string type) => Resources.GetOrAdd(type, static type => Of("resources", type));

    public static PropertyTable FunctionEvent(string type) => Of("events", type);

    public static PropertyTable StateMachineEvent(string type) => Of("stateMachineEvents", type);

    public bool Has(string property) => _rules.ContainsKey(property);

    /// <exception cref="SamResourceException">A property that the type does not have, lacks, or that has another kind.</exception>
    public void Check(string type, string logicalId, TemplateMap properties)
    {
        if (!_isOpen)
        {
            CheckNames(type, logicalId, properties);
        }

        CheckValues(logicalId, properties);
    }

    public void CheckValues(string logicalId, TemplateMap properties)
    {
        foreach ((string name, PropertyRule rule) in _rules)
        {
            TemplateNode? value = properties[name];
            if (rule.TakesIntrinsics && value is TemplateMap { Count: 1 })
            {
                continue;
            }

            if (value is null && rule.IsRequired)
            {
                throw new SamResourceException(logicalId, $"Missing required property '{name}'.");
            }

            if (value is not null && !rule.Allows(value))
            {
                throw new SamResourceException(logicalId, rule.FaultOf(name), name, value.Position);
            }
        }
    }

    private void CheckNames(string type, string logicalId, TemplateMap properties)
    {
        foreach ((TemplateKey key, TemplateNode value) in properties.Entries.Where(property => !_rules.ContainsKey(property.Key.Name)))
        {
            throw new SamResourceException(logicalId, $"property {key.Name} not defined for resource of type {type}", key.Name, value.Position);
        }
    }

    private static PropertyTable Of(string section, string type) => new((TemplateMap)((TemplateMap)File.Value[section]!)[type]!);
}
