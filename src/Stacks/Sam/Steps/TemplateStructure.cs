using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>What every template must be before anything is done with it.</summary>
internal static class TemplateStructure
{
    /// <exception cref="SamDocumentException">There are no resources, or one is not a map.</exception>
    public static TemplateMap Check(TemplateNode document)
    {
        TemplateMap template = document as TemplateMap ?? new TemplateMap();
        if (template["Resources"] is not TemplateMap { Count: > 0 } resources)
        {
            throw new SamDocumentException(new SamTemplateException("'Resources' section is required", template["Resources"]?.Position ?? document.Position));
        }

        if (resources.Entries.FirstOrDefault(static resource => resource.Value is not TemplateMap) is { Value: { } other })
        {
            throw new SamDocumentException(new SamTemplateException(
                "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.", other.Position));
        }

        foreach ((TemplateKey key, TemplateNode value) in resources.Entries)
        {
            CheckResource(key.Name, (TemplateMap)value);
        }

        return template;
    }

    private static void CheckResource(string logicalId, TemplateMap resource)
    {
        CheckCondition(resource);
        if (!SamTypes.IsEarly(resource["Type"]) || !resource.Has("Properties") || resource["Properties"] is TemplateMap)
        {
            return;
        }

        try
        {
            Expected.Attribute(resource["Properties"], logicalId, "Properties").ToBeMap();
        }
        catch (SamException fault)
        {
            throw new SamDocumentException(fault);
        }
    }

    private static void CheckCondition(TemplateMap resource)
    {
        if (resource["Condition"] is { IsTruthy: true } condition and not TemplateText)
        {
            throw new SamDocumentException(new SamTemplateException("Every Condition member must be a string.", condition.Position));
        }
    }
}
