using Lamina.Stacks.Sam.Data;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Roles;

/// <summary>SAM's policy templates: statements with parameters, from policy-templates.json.</summary>
internal static class PolicyTemplates
{
    private static readonly Lazy<TemplateMap> All = new(static () => (TemplateMap)DataFile.ReadJson("policy-templates.json"));

    public static bool Has(string name) => All.Value.Has(name);

    /// <summary>Puts the statements in place of the policy templates of a function or state machine.</summary>
    /// <exception cref="SamResourceException">A parameter without a value.</exception>
    public static void Expand(string logicalId, TemplateMap properties)
    {
        List<(TemplateNode Entry, PolicyKind Kind)> entries = PolicyEntries.Of(properties["Policies"], knowsTemplates: true);
        if (entries.Count > 0)
        {
            properties["Policies"] = new TemplateList(
                entries.Select(entry => entry.Kind == PolicyKind.Template ? Expanded(logicalId, entry.Entry) : entry.Entry));
        }
    }

    private static TemplateNode Expanded(string logicalId, TemplateNode entry)
    {
        if (!Intrinsic.IsIf(entry))
        {
            return StatementsOf(logicalId, (TemplateMap)entry);
        }

        TemplateList arguments = Intrinsic.IfArgumentsOf(entry)!;
        return Intrinsic.If(arguments[0], SideOf(logicalId, arguments[1]), SideOf(logicalId, arguments[2]));
    }

    private static TemplateNode SideOf(string logicalId, TemplateNode side) =>
        Intrinsic.IsNoValue(side) ? side : StatementsOf(logicalId, (TemplateMap)side);

    private static TemplateMap StatementsOf(string logicalId, TemplateMap entry)
    {
        string name = entry.FirstName;
        TemplateMap template = (TemplateMap)All.Value[name]!;
        TemplateMap values = entry.FirstValue as TemplateMap ?? throw new SamResourceException(
            logicalId, $"Must specify valid parameter values for policy template '{name}'", $"Policies.{name}", entry.Position);
        string[] missing = [.. ((TemplateList)template["parameters"]!).Select(Python27.Print).Where(parameter => !values.Has(parameter))];
        if (missing.Length > 0)
        {
            throw new SamResourceException(
                logicalId,
                $"Following required parameters of template '{name}' don't have values: {Python27.Describe(missing)}", $"Policies.{name}", entry.Position);
        }

        return new TemplateMap { ["Statement"] = Filled(template["statements"]!, values) };
    }

    /// <summary>A copy with the values in place of the references; what a value refers to itself is left alone.</summary>
    private static TemplateNode Filled(TemplateNode node, TemplateMap values) => node switch
    {
        TemplateMap { Count: 1, FirstName: "Ref", FirstValue: TemplateText name } when values.Has(name.Value) =>
            values[name.Value] ?? TemplateNull.Instance,
        TemplateMap map => Filled(map, values),
        TemplateList list => new TemplateList(list.Select(item => Filled(item, values))),
        _ => node,
    };

    private static TemplateMap Filled(TemplateMap map, TemplateMap values)
    {
        TemplateMap filled = new();
        foreach ((TemplateKey key, TemplateNode value) in map.Entries)
        {
            filled.Set(key, Filled(value, values));
        }

        return filled;
    }
}
