using System.Globalization;

namespace Lamina.ServiceModel;

/// <summary>The operations of a service whose requests are read by the model at run time, as data: names, and for the served ones their members with constraints.</summary>
internal static class OperationsWriter
{
    // Some shapes hold themselves through others, up and down; no request that is served is read deeper.
    private const int MaxDepth = 6;

    /// <summary>Holds itself in its lists and maps, to any depth: what lies inside is its reader's to check.</summary>
    private const string AttributeValue = "AttributeValue";

    public static string Write(ServiceDescription service, string name)
    {
        Code code = Code.File("Lamina.Contract.Models", "System.Collections.Immutable");
        code.Line();
        code.Line("/// <summary>Every operation of the service; members stand only with those that are served.</summary>");
        code.Line($"public static class {name}");
        code.Line("{");
        code.Line("public static ImmutableArray<OperationModel> All { get; } =");
        code.Line("[");
        foreach (Operation operation in service.Operations)
        {
            string served = operation.Served ? "true" : "false";
            string members = operation.Served && operation.Input is { } input ? Members(service, service[input]) : "[]";
            code.Line($"    new({Code.Literal(operation.Name)}, Served: {served}, {members}),");
        }

        code.Line("];");
        code.Line("}");
        return code.ToString();
    }

    private static string Members(ServiceDescription service, Shape structure, int depth = 0) => depth > MaxDepth || structure.Name == AttributeValue
        ? "[]"
        : "[" + string.Join(", ", structure.Members.Select(member => Member(service, member.Name, service[member.Shape], member.Required, depth))) + "]";

    private static string Member(ServiceDescription service, string name, Shape shape, bool required, int depth)
    {
        List<string> parts = [];
        void Add(string part, object? value)
        {
            if (value is not null)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{part} = {value}"));
            }
        }

        Add("Required", required ? "true" : null);
        Add("Max", shape.Max is { } max ? Code.Literal(max) : null);
        Add("Min", shape.Min is { } min ? Code.Literal(min) : null);
        Add("Pattern", shape.Pattern is null ? null : Code.Literal(shape.Pattern));
        Add("Accepted", shape.Enum is null ? null : "[" + string.Join(", ", shape.Enum.Select(Code.Literal)) + "]");
        Add("Element", shape.Type == "list" ? Member(service, "member", service[shape.Element!], required: false, depth + 1) : null);
        Add("Key", shape.Type == "map" ? Member(service, "key", service[shape.Key!], required: false, depth + 1) : null);
        Add("Value", shape.Type == "map" ? Member(service, "value", service[shape.Value!], required: false, depth + 1) : null);
        Add("Members", shape.Type == "structure" ? Members(service, shape, depth + 1) : null);
        return $"new({Code.Literal(name)}, MemberKind.{Kind(shape.Type)}){(parts.Count == 0 ? "" : $" {{ {string.Join(", ", parts)} }}")}";
    }

    private static string Kind(string type) => type switch
    {
        "integer" or "long" => "Integer",
        "float" or "double" => "Number",
        "boolean" => "Flag",
        "list" => "List",
        "map" => "Map",
        "structure" => "Structure",
        "timestamp" => "Timestamp",
        "blob" => "Blob",
        _ => "Text",
    };
}
