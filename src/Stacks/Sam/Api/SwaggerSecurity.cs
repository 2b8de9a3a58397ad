using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>Who may call the methods of a REST API: security definitions of its document, and each method's security.</summary>
internal sealed class SwaggerSecurity(SwaggerEditor editor, TemplateNode? definitions)
{
    private const string ApiKey = "api_key";
    private const string NoApiKey = "api_key_false";
    private const string Iam = "AWS_IAM";
    private const string None = "NONE";

    private static readonly string[] NoMethods = ["summary", "description", "parameters"];

    public TemplateNode Definitions { get; private set; } = definitions is { IsTruthy: true } ? definitions : SpecificationEditor.Map();

    public void AddAuthorizers(IEnumerable<RestAuthorizer> authorizers)
    {
        foreach (RestAuthorizer authorizer in authorizers)
        {
            ((TemplateMap)Definitions).Set(authorizer.Key, authorizer.ToSwagger());
        }
    }

    public void AddApiKey()
    {
        TemplateMap map = Definitions as TemplateMap ?? throw new SamTemplateException("securityDefinitions must be a dictionary.");
        if (!map.Has(ApiKey))
        {
            Add(ApiKey, ("type", "apiKey"), ("name", "x-api-key"), ("in", "header"));
        }
    }

    /// <summary>Gives each method of a path the authoriser that the API names, unless it has one or wants none.</summary>
    public void SetDefaultAuthorizer(string path, TemplateText name, IReadOnlyList<RestAuthorizer> authorizers, bool alsoForPreflight)
    {
        HashSet<string> names = [Iam, .. authorizers.Select(static authorizer => authorizer.Key.Name)];
        foreach ((string method, TemplateMap definition) in MethodsOf(path))
        {
            if (!alsoForPreflight && method == "options")
            {
                continue;
            }

            (List<TemplateMap> others, List<TemplateMap> own) = Split(definition, path, method, names);
            int none = others.FindIndex(static security => security.Has(None));
            if (none >= 0)
            {
                others.RemoveAt(none);
                own = [];
            }
            else if (own.Count == 0)
            {
                TemplateMap security = SpecificationEditor.Map();
                security.Set(name.Key, authorizers.FirstOrDefault(authorizer => authorizer.Key.Name == name.Value)?.Scopes ?? new TemplateList());
                own = [security];
            }

            SetSecurity(definition, [.. others, .. own]);
        }
    }

    /// <summary>Requires an API key of each method of a path that does not decline it.</summary>
    public void RequireApiKey(string path, bool alsoForPreflight)
    {
        foreach ((string method, TemplateMap definition) in MethodsOf(path))
        {
            (List<TemplateMap> others, List<TemplateMap> own) = Split(definition, path, method, [ApiKey, NoApiKey]);
            TemplateMap[] keys = own.Exists(static security => security.Has(NoApiKey)) ? [] : [Single(ApiKey, new TemplateList())];
            TemplateList security = new([.. others, .. method == "options" && !alsoForPreflight ? [] : keys]);
            if (!security.SameAs(definition.Has("security") ? definition["security"] : new TemplateList()))
            {
                definition["security"] = security;
            }
        }
    }

    public void SetMethodAuthorizer(string path, TemplateText method, TemplateText name, TemplateNode? authorizers, TemplateNode? scopes)
    {
        foreach (TemplateMap definition in editor.MethodsAt(path, method))
        {
            TemplateMap security = SpecificationEditor.Map();
            security.Set(name.Key, new TemplateList());
            TemplateList before = SpecificationEditor.SecurityOf(definition, path, method.Value);
            if (name.Value != None && authorizers is TemplateMap { Count: > 0 } map)
            {
                TemplateNode? authorizer = map.Has(name.Value) ? map[name.Value] : SpecificationEditor.Map();
                TemplateMap known = authorizer as TemplateMap
                    ?? throw SamDocumentException.Of($"Type of authorizer '{name.Value}' must be a dictionary");
                TemplateNode? used = scopes ?? known["AuthorizationScopes"];
                if (map[name.Value] is not null && used is not null)
                {
                    security.Set(name.Key, used);
                }
            }

            SetSecurity(definition, [.. before, security]);
        }
    }

    public void SetMethodApiKey(string path, TemplateText method, bool required)
    {
        foreach (TemplateMap definition in editor.MethodsAt(path, method))
        {
            if (required)
            {
                AddApiKey();
            }

            definition["security"] = new TemplateList(
                [.. SpecificationEditor.SecurityOf(definition, path, method.Value), Single(required ? ApiKey : NoApiKey, new TemplateList())]);
        }
    }

    private static TemplateMap Single(string name, TemplateNode value)
    {
        TemplateMap map = SpecificationEditor.Map();
        map[name] = value;
        return map;
    }

    /// <summary>A method's security: what names none of the names, and what names one.</summary>
    private static (List<TemplateMap> Others, List<TemplateMap> Own) Split(TemplateMap definition, string path, string method, HashSet<string> names)
    {
        List<TemplateMap> others = [];
        List<TemplateMap> own = [];
        foreach (TemplateNode security in SpecificationEditor.SecurityOf(definition, path, method))
        {
            TemplateMap map = SpecificationEditor.CheckMap(
                security, $"{Python27.Print(security)} in Security for path {path} method {method} is not a valid dictionary.");
            (map.Names.Any(names.Contains) ? own : others).Add(map);
        }

        return (others, own);
    }

    private IEnumerable<(string Method, TemplateMap Definition)> MethodsOf(string path)
    {
        foreach (TemplateMap item in editor.PathItems(path))
        {
            foreach ((TemplateKey key, TemplateNode value) in item.Entries.Where(static entry => !NoMethods.Contains(entry.Key.Name)))
            {
                foreach (TemplateNode? content in SpecificationEditor.Contents(value))
                {
                    TemplateMap definition = SpecificationEditor.CheckMethod(content, path, key.Name);
                    if (definition[SpecificationEditor.Integration] is { IsTruthy: true })
                    {
                        yield return (SpecificationEditor.Normalized(new TemplateText(key.Name)).Value, definition);
                    }
                }
            }
        }
    }

    private void SetSecurity(TemplateMap definition, TemplateNode[] security)
    {
        if (security.Length == 0)
        {
            return;
        }

        definition["security"] = new TemplateList(security);
        if (security[0] is TemplateMap first && first.Has(Iam) && Definitions is TemplateMap map && !map.Has(Iam))
        {
            Add(Iam, ("x-amazon-apigateway-authtype", "awsSigv4"), ("type", "apiKey"), ("name", "Authorization"), ("in", "header"));
        }
    }

    private void Add(string name, params ReadOnlySpan<(string Key, string Value)> entries)
    {
        TemplateMap definition = SpecificationEditor.Map();
        foreach ((string key, string value) in entries)
        {
            definition[key] = value;
        }

        ((TemplateMap)Definitions).Merge(Single(name, definition));
    }
}
