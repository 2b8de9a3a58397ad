using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>
/// APIs that events of functions and state machines ask for without naming one: the API is made, and each event's path gets into the
/// document of the API that it is for. Conditions of functions become conditions of paths and, where all have one, of the API.
/// </summary>
internal abstract class ImplicitApi(string apiType, string implicitId, string eventType, string idProperty)
{
    private readonly Dictionary<string, Dictionary<string, Dictionary<string, TemplateText?>>> _conditions = new(StringComparer.Ordinal);
    private readonly List<string?> _deletionPolicies = [];
    private readonly List<string?> _replacePolicies = [];
    private TemplateMap _template = new();

    protected TemplateMap Resources => (TemplateMap)_template["Resources"]!;

    protected string IdProperty => idProperty;

    /// <exception cref="SamDocumentException">Events that are invalid.</exception>
    public void Apply(TemplateMap template)
    {
        _template = template;
        TemplateNode? existing = Resources[implicitId]?.Copy();
        Resources[implicitId] = MakeApi();
        List<SamException> faults = [];
        foreach ((TemplateKey key, TemplateNode value) in Resources.Entries)
        {
            try
            {
                ReadEvents((TemplateMap)value);
            }
            catch (SamEventException fault)
            {
                faults.Add(fault.Of(key.Name));
            }
        }

        AddConditionToApi();
        AddPolicyToApi("DeletionPolicy", _deletionPolicies, "Retain", "Delete");
        AddPolicyToApi("UpdateReplacePolicy", _replacePolicies, "Retain", "Snapshot", "Delete");
        AddConditionsToPaths();
        RemoveUnused(existing);
        if (faults.Count > 0)
        {
            throw new SamDocumentException(faults);
        }
    }

    protected abstract TemplateMap MakeApi();

    protected abstract SpecificationEditor EditorOf(TemplateMap document);

    protected abstract bool IsValid(TemplateNode? document);

    /// <summary>The event's properties, completed; null for an event to be left alone.</summary>
    protected abstract TemplateMap? PropertiesOf(string eventId, TemplateMap item);

    protected virtual void AddRouteSettings(string eventId, TemplateMap properties, string? condition)
    {
    }

    protected virtual void Complete(TemplateMap properties)
    {
    }

    protected static string? ApiIdOf(TemplateNode? id) =>
        id is TemplateMap map && map.Has("Ref") ? (map["Ref"] as TemplateText)?.Value : (id as TemplateText)?.Value;

    private void ReadEvents(TemplateMap resource)
    {
        if (resource["Type"] is not TemplateText { Value: SamTypes.Function or SamTypes.StateMachine }
            || (resource["Properties"] as TemplateMap)?["Events"] is not TemplateMap events)
        {
            return;
        }

        // AWS goes over them in a dictionary of their own, which has an order of its own.
        TemplateMap ofType = new(python27: true);
        foreach ((TemplateKey key, TemplateNode value) in events.Entries)
        {
            if (value is TemplateMap item && TemplateNode.Same(item["Type"], eventType))
            {
                ofType.Set(key, item);
            }
        }

        foreach ((TemplateKey key, TemplateNode value) in ofType.Entries)
        {
            if (PropertiesOf(key.Name, (TemplateMap)value) is { } properties)
            {
                ReadEvent(key.Name, properties, resource);
            }
        }
    }

    private void ReadEvent(string eventId, TemplateMap properties, TemplateMap resource)
    {
        PassTagsOn(properties, resource);
        if (!properties.Has(idProperty))
        {
            properties[idProperty] = Intrinsic.Ref(implicitId);
        }

        Complete(properties);
        TemplateNode? rawId = properties[idProperty] is TemplateMap map && map.Has("Ref") ? map["Ref"] : properties[idProperty];
        Expected.OfEvent(properties["Path"], eventId, "Path").ToBeGiven();
        Expected.OfEvent(properties["Method"], eventId, "Method").ToBeGiven();
        string apiId = Expected.OfEvent(rawId, eventId, idProperty).ToBeString().Value;
        TemplateText path = Expected.OfEvent(properties["Path"], eventId, "Path").ToBeString();
        TemplateText method = Expected.OfEvent(properties["Method"], eventId, "Method").ToBeString();
        Note(apiId, path.Value, method.Value, resource);
        AddPath(eventId, apiId, path, method);
        AddRouteSettings(eventId, properties, TextOf(resource["Condition"]));
    }

    private static string? TextOf(TemplateNode? node) => (node as TemplateText)?.Value;

    /// <summary>Tags of a function that propagates them get to the implicit API as well.</summary>
    private void PassTagsOn(TemplateMap properties, TemplateMap resource)
    {
        if (properties.Has(idProperty))
        {
            return;
        }

        TemplateMap own = (TemplateMap)resource["Properties"]!;
        string section = ((TemplateText)resource["Type"]!).Value[SamTypes.Prefix.Length..];
        TemplateMap? common = (_template["Globals"] as TemplateMap)?[section] as TemplateMap;
        if (Given(own, common, "PropagateTags") is not null && Given(own, common, "Tags") is TemplateMap tags
            && Resources[implicitId] is TemplateMap api && api["Properties"] is TemplateMap target)
        {
            (target.GetOrSet("Tags", static () => new TemplateMap()) as TemplateMap)?.Merge(tags);
            target["PropagateTags"] = true;
        }
    }

    private static TemplateNode? Given(TemplateMap own, TemplateMap? common, string name) =>
        own[name] is { IsTruthy: true } value ? value : common?[name] is { IsTruthy: true } shared ? shared : null;

    private void Note(string apiId, string path, string method, TemplateMap resource)
    {
        if (!_conditions.TryGetValue(apiId, out Dictionary<string, Dictionary<string, TemplateText?>>? paths))
        {
            _conditions[apiId] = paths = new(StringComparer.Ordinal);
        }

        if (!paths.TryGetValue(path, out Dictionary<string, TemplateText?>? methods))
        {
            paths[path] = methods = new(StringComparer.Ordinal);
        }

        methods[method] = resource["Condition"] as TemplateText;
        if (apiId == implicitId)
        {
            _deletionPolicies.Add(TextOf(resource["DeletionPolicy"]));
            _replacePolicies.Add(TextOf(resource["UpdateReplacePolicy"]));
        }
    }

    private void AddPath(string eventId, string apiId, TemplateText path, TemplateText method)
    {
        // An HTTP API's event may name a REST API, not the other way round: AWS lets it pass.
        if (Resources[apiId] is not TemplateMap api || (apiType != SamTypes.HttpApi && TemplateNode.Same(api["Type"], SamTypes.HttpApi)))
        {
            throw new SamEventException(eventId, $"{idProperty} must be a valid reference to an '{apiType}' resource in same template.", idProperty);
        }

        if (api["Properties"] is TemplateMap properties && IsValid(properties["DefinitionBody"]) && IsManaged(properties))
        {
            SpecificationEditor editor = EditorOf((TemplateMap)properties["DefinitionBody"]!);
            editor.AddPath(path, method);
            properties["DefinitionBody"] = editor.Finished;
        }
    }

    private static bool IsManaged(TemplateMap properties) => properties[DefaultDefinitionBodies.Managed] is { IsTruthy: true };

    private void AddConditionToApi()
    {
        if (_conditions.GetValueOrDefault(implicitId)?.Values.SelectMany(static methods => methods.Values).ToArray() is { Length: > 0 } all
            && !all.Contains(null) && Resources[implicitId] is TemplateMap api)
        {
            api["Condition"] = ConditionOf(all!, $"{implicitId}Condition");
        }
    }

    /// <summary>The one condition, or a new one that says "any of these".</summary>
    private TemplateNode ConditionOf(TemplateText[] conditions, string name)
    {
        string[] names = [.. conditions.Select(static condition => condition.Value).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length == 1)
        {
            return conditions[0];
        }

        TemplateMap section = SamContext.ConditionsOf(_template);
        foreach ((string key, TemplateMap condition) in Intrinsic.AnyOf(names, name))
        {
            section[key] = condition;
        }

        return name;
    }

    /// <summary>The most careful of the functions' policies.</summary>
    private void AddPolicyToApi(string attribute, List<string?> policies, params string[] byCare)
    {
        if (byCare.FirstOrDefault(policies.Contains) is { } policy && Resources[implicitId] is TemplateMap api)
        {
            api[attribute] = policy;
        }
    }

    private void AddConditionsToPaths()
    {
        foreach ((TemplateKey key, TemplateNode value) in Resources.Entries)
        {
            TemplateMap api = (TemplateMap)value;
            if (TemplateNode.Same(api["Type"], apiType) && api["Properties"] is TemplateMap properties && IsManaged(properties)
                && IsValid(properties["DefinitionBody"]))
            {
                SpecificationEditor editor = EditorOf((TemplateMap)properties["DefinitionBody"]!);
                AddConditionsToPaths(key.Name, editor);
                properties["DefinitionBody"] = editor.Finished;
            }
        }
    }

    private void AddConditionsToPaths(string apiId, SpecificationEditor editor)
    {
        foreach (string path in editor.Paths.Names.ToArray())
        {
            if (_conditions.GetValueOrDefault(apiId)?.GetValueOrDefault(path)?.Values.ToArray() is { Length: > 0 } all && !all.Contains(null))
            {
                string name = path.Replace("/", "SLASH", StringComparison.Ordinal).Replace("{", "OB", StringComparison.Ordinal)
                    .Replace("}", "CB", StringComparison.Ordinal);
                editor.MakeConditional(path, ConditionOf(all!, $"{apiId}{name}PathCondition"));
            }
        }
    }

    private void RemoveUnused(TemplateNode? existing)
    {
        if (Resources[implicitId] is not TemplateMap api || api["Properties"] is not TemplateMap properties
            || (properties["DefinitionBody"] as TemplateMap)?["paths"] is not TemplateMap { Count: 0 })
        {
            return;
        }

        if (existing is null)
        {
            Resources.Remove(implicitId);
        }
        else
        {
            Resources[implicitId] = existing;
        }
    }
}
