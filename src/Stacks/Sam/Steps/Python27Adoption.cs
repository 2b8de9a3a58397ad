using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>
/// Templates with APIs are held as AWS's transform held them under Python 2.7, so that the ids of APIs' deployments stay what they have
/// always been: those parts of a template that get into an API's document.
/// </summary>
internal static class Python27Adoption
{
    /// <summary>Changes the template; false where it has no API.</summary>
    public static bool Apply(TemplateMap template)
    {
        TemplateMap resources = (TemplateMap)template["Resources"]!;
        if (!resources.Entries.Any(static resource => HasRestApi((TemplateMap)resource.Value)) && !HasAuthorizedHttpApi(resources))
        {
            return false;
        }

        if (template["Globals"] is TemplateMap globals && globals["Api"] is { } api)
        {
            globals["Api"] = Python27.Adopt(api);
        }

        if (template["Parameters"] is TemplateMap parameters)
        {
            template["Parameters"] = AdoptIds(parameters, AdoptParameter);
        }

        template["Resources"] = AdoptIds(resources, AdoptResource);
        return true;
    }

    private static bool HasRestApi(TemplateMap resource) => IsOf(resource, SamTypes.Api)
        || (IsOf(resource, SamTypes.Function, SamTypes.StateMachine)
            && (resource["Properties"] as TemplateMap)?["Events"] is TemplateMap events
            && events.Entries.Any(static entry => entry.Value is TemplateMap one && TemplateNode.Same(one["Type"], "Api")));

    private static bool HasAuthorizedHttpApi(TemplateMap resources) => resources.Entries.Any(static resource =>
        IsOf((TemplateMap)resource.Value, SamTypes.HttpApi)
        && (((TemplateMap)resource.Value)["Properties"] as TemplateMap)?["Auth"] is TemplateMap auth && auth["DefaultAuthorizer"] is { IsTruthy: true });

    private static bool IsOf(TemplateMap resource, params ReadOnlySpan<string> types) => resource["Type"] is TemplateText type && types.Contains(type.Value);

    private static TemplateMap AdoptIds(TemplateMap map, Action<TemplateMap> adopt)
    {
        TemplateMap adopted = new(python27: true) { Position = map.Position };
        foreach ((TemplateKey key, TemplateNode value) in map.Entries)
        {
            if (value is TemplateMap definition)
            {
                adopt(definition);
            }

            adopted.Set(new TemplateKey(key.Name, IsUnicode: true), value);
        }

        return adopted;
    }

    private static void AdoptParameter(TemplateMap parameter) => Adopt(parameter, "Default");

    private static void AdoptResource(TemplateMap resource)
    {
        if (resource["Properties"] is not { } properties)
        {
            return;
        }

        if (IsOf(resource, SamTypes.Api, SamTypes.HttpApi))
        {
            resource["Properties"] = Python27.Adopt(properties);
        }
        else if (IsOf(resource, SamTypes.Function, SamTypes.StateMachine) && properties is TemplateMap map)
        {
            Adopt(resource, "Condition");
            Adopt(map, "FunctionName");
            Adopt(map, "Events");
        }
    }

    private static void Adopt(TemplateMap map, string name)
    {
        if (map[name] is { } value)
        {
            map[name] = Python27.Adopt(value);
        }
    }
}
