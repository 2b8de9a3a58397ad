using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>
/// Changes a copy of an API's document: Swagger or OpenAPI. A path or a method may be within an Fn::If; then all its sides are changed.
/// </summary>
internal abstract partial class SpecificationEditor
{
    public const string AnyMethod = "x-amazon-apigateway-any-method";
    public const string Integration = "x-amazon-apigateway-integration";

    protected const string Servers = "servers";

    protected SpecificationEditor(TemplateMap document)
    {
        Own = (TemplateMap)document.Copy();
        Paths = (TemplateMap)Own["paths"]!;
    }

    public TemplateMap Paths { get; }

    /// <summary>A copy of the document as it has become.</summary>
    public abstract TemplateMap Document { get; }

    /// <summary>The document as it has become, for one who has no more to change: what a copy costs is saved.</summary>
    public virtual TemplateMap Finished => Document;

    protected TemplateMap Own { get; }

    public static TemplateMap Map() => new(python27: true);

    public static bool IsOpenApi3(TemplateNode? version) => OpenApi3().IsMatch(Python27.Print(version));

    /// <summary>The value, or the sides of the Fn::If that it is, without AWS::NoValue.</summary>
    public static IEnumerable<TemplateNode?> Contents(TemplateNode? node)
    {
        if (node is not TemplateMap map || !map.Has("Fn::If"))
        {
            return [node];
        }

        TemplateList sides = map["Fn::If"] as TemplateList ?? throw SamDocumentException.Of("Value of Fn::If must be a list.");
        return [.. sides.Skip(1).Where(static side => !Intrinsic.IsNoValue(side))];
    }

    /// <summary>Lower case, and "any" by API Gateway's name for it.</summary>
    public static TemplateText Normalized(TemplateText method)
    {
        TemplateText lower = new(method.Value.ToLowerInvariant(), method.IsUnicode);
        return lower.Value == "any" ? new TemplateText(AnyMethod) : lower;
    }

    public void MakeConditional(string path, TemplateNode condition) => Paths[path] = Intrinsic.If(condition, Paths[path] ?? TemplateNull.Instance);

    public void AddPath(TemplateText path, TemplateText method)
    {
        if (Paths.GetOrSet(path.Key, Map) is not TemplateMap item)
        {
            throw SamDocumentException.Of($"Value of '{path}' path must be a dictionary according to Swagger spec.");
        }

        foreach (TemplateMap side in Contents(item).OfType<TemplateMap>())
        {
            side.GetOrSet(Normalized(method).Key, Map);
        }
    }

    public bool HasIntegration(string path, TemplateText method)
    {
        string name = Normalized(method).Value;
        if (!Paths.Has(path) || Contents(Paths[path]).Any(item => item is not TemplateMap map || !map.Has(name)))
        {
            return false;
        }

        return PathItems(path).All(item => item[name] is TemplateMap definition && HasIntegration(definition, path, name));
    }

    public void SetTimeout(string path, TemplateText method, TemplateNode timeout)
    {
        foreach (TemplateMap definition in MethodsAt(path, method))
        {
            ((TemplateMap)definition[Integration]!)["timeoutInMillis"] = timeout;
        }
    }

    /// <summary>The definitions of a method at a path that have an integration.</summary>
    public IEnumerable<TemplateMap> MethodsAt(string path, TemplateText method, bool withIntegrationOnly = true)
    {
        string name = Normalized(method).Value;
        foreach (TemplateMap item in PathItems(path))
        {
            foreach (TemplateNode? content in Contents(item[name]))
            {
                TemplateMap definition = CheckMethod(content, path, method.Value);
                if (!withIntegrationOnly || definition[Integration] is { IsTruthy: true })
                {
                    yield return definition;
                }
            }
        }
    }

    public IEnumerable<TemplateMap> PathItems(string path) => Contents(Paths[path]).Select(item => CheckPathItem(item, path));

    public static TemplateMap CheckMap(TemplateNode? node, string fault) => node as TemplateMap ?? throw SamDocumentException.Of(fault);

    public static TemplateMap CheckPathItem(TemplateNode? node, string path) =>
        CheckMap(node, $"Value of '{path}' path must be a dictionary according to Swagger spec.");

    public static TemplateMap CheckMethod(TemplateNode? node, string path, string method) =>
        CheckMap(node, $"Definition of method '{method}' for path '{path}' should be a map.");

    public static TemplateList SecurityOf(TemplateMap definition, string path, string method) => !definition.Has("security") ? new TemplateList()
        : definition["security"] as TemplateList
            ?? throw SamDocumentException.Of($"Type of security for path {path} method {method} must be a list");

    private static bool HasIntegration(TemplateMap raw, string path, string method)
    {
        foreach (TemplateNode? content in Contents(raw))
        {
            if (CheckMethod(content, path, method)[Integration] is { IsTruthy: true })
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"\A3(\.\d)(\.\d)?\n?\z")]
    private static partial Regex OpenApi3();
}
