using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Data;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>
/// The section Globals: what resources of a type have in common. Maps are merged key by key, lists are put together, for anything else
/// the resource's own value wins; so it does for an intrinsic function.
/// </summary>
internal static class Globals
{
    private static readonly Lazy<TemplateMap> Supported = new(static () => (TemplateMap)DataFile.ReadJson("globals.json"));

    /// <summary>Merges the section into the resources and removes it.</summary>
    /// <exception cref="SamDocumentException">The section, or a resource's IgnoreGlobals, is invalid.</exception>
    public static void Apply(TemplateMap template)
    {
        TemplateMap sections = SectionsOf(template);
        TemplateMap resources = (TemplateMap)template["Resources"]!;
        foreach ((TemplateKey key, TemplateNode value) in resources.Entries)
        {
            TemplateMap resource = (TemplateMap)value;
            if (!SamTypes.IsEarly(resource["Type"]))
            {
                continue;
            }

            TemplateNode own = resource.Has("Properties") ? resource["Properties"] ?? TemplateNull.Instance : new TemplateMap();
            string section = ((TemplateText)resource["Type"]!).Value[SamTypes.Prefix.Length..];
            resource["Properties"] = sections[section] is TemplateMap common ? Merge(Used(key.Name, common, resource), own) : own;
        }

        template.Remove("Globals");
        foreach ((TemplateKey _, TemplateNode value) in resources.Entries)
        {
            UseOpenApiVersion((TemplateMap)value);
        }
    }

    private static TemplateMap SectionsOf(TemplateMap template)
    {
        if (!template.Has("Globals"))
        {
            return new TemplateMap();
        }

        TemplateNode? globals = template["Globals"];
        TemplateMap sections = globals as TemplateMap ?? throw Fault("It must be a non-empty dictionary", globals);
        foreach ((TemplateKey key, TemplateNode value) in sections.Entries)
        {
            Check(key.Name, value);
        }

        return sections;
    }

    private static void Check(string section, TemplateNode value)
    {
        if (Supported.Value[section] is not TemplateList supported)
        {
            throw Fault(
                $"'{section}' is not supported. Must be one of the following values - {Python27.Describe(Supported.Value.Names.Order(StringComparer.Ordinal))}",
                value);
        }

        TemplateMap properties = value as TemplateMap ?? throw Fault("Value of ${section} must be a dictionary", value);
        string[] names = [.. supported.Select(Python27.Print)];
        foreach ((TemplateKey key, TemplateNode property) in properties.Entries)
        {
            if (!names.Contains(key.Name))
            {
                throw Fault(
                    $"'{key.Name}' is not a supported property of '{section}'. Must be one of the following values - {Python27.Describe(names)}", property);
            }
        }
    }

    private static SamDocumentException Fault(string message, TemplateNode? at) => new(new SamGlobalsException(message, at?.Position ?? default));

    /// <summary>The section without what the resource ignores.</summary>
    private static TemplateMap Used(string logicalId, TemplateMap section, TemplateMap resource)
    {
        switch (resource["IgnoreGlobals"])
        {
            case null or { IsTruthy: false }:
                return section;
            case TemplateText { Value: "*" }:
                return new TemplateMap();
            case TemplateList names:
                TemplateMap left = (TemplateMap)section.Copy();
                foreach (TemplateNode name in names)
                {
                    string text = Python27.Print(name);
                    if (!left.Has(text))
                    {
                        throw Ignored(logicalId, $" on item '{text}'", name);
                    }

                    left.Remove(text);
                }

                return left;
            case { } other:
                throw Ignored(logicalId, "", other);
        }
    }

    private static SamDocumentException Ignored(string logicalId, string item, TemplateNode at) => new(new SamResourceException(
        logicalId, $"Resource {logicalId} has invalid resource attribute 'IgnoreGlobals'{item}.", null, at.Position));

    private static TemplateNode Merge(TemplateNode common, TemplateNode own)
    {
        if (common is TemplateList commonList && own is TemplateList ownList)
        {
            return new TemplateList([.. commonList, .. ownList]) { Position = own.Position };
        }

        if (common is not TemplateMap commonMap || own is not TemplateMap ownMap || IsFunction(commonMap) || IsFunction(ownMap))
        {
            return own;
        }

        TemplateMap merged = commonMap.CopyFlat();
        foreach ((TemplateKey key, TemplateNode value) in ownMap.Entries)
        {
            merged.Set(key, merged.Has(key.Name) ? Merge(merged[key.Name] ?? TemplateNull.Instance, value) : value);
        }

        return merged;
    }

    private static bool IsFunction(TemplateMap map) => Intrinsic.Is(map);

    /// <summary>An API's version of OpenAPI gets into the document that SAM made for it.</summary>
    private static void UseOpenApiVersion(TemplateMap resource)
    {
        if (!TemplateNode.Same(resource["Type"], SamTypes.Api) || resource["Properties"] is not TemplateMap properties
            || !properties.Has("OpenApiVersion") || !properties.Has(DefaultDefinitionBodies.Managed)
            || !SpecificationEditor.IsOpenApi3(properties["OpenApiVersion"]))
        {
            return;
        }

        TemplateNode version = properties["OpenApiVersion"]!;
        if (version is not TemplateText)
        {
            version = Python27.Print(version);
            properties["OpenApiVersion"] = version;
        }

        if (properties["DefinitionBody"] is TemplateMap body)
        {
            body["openapi"] = version;
            if (body["swagger"] is { IsTruthy: true })
            {
                body.Remove("swagger");
            }
        }
    }
}
