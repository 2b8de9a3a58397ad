using System.Globalization;

namespace Lamina.ServiceModel;

/// <summary>The operations of a service of the query protocol as data: names, and for the served ones their members with constraints.</summary>
internal static class QueryWriter
{
    public static string Write(ServiceDescription service, string name)
    {
        Code code = Code.File("Lamina.Contract.Query", "System.Collections.Immutable");
        code.Line();
        code.Line("/// <summary>Every operation of the service; members stand only with those that are served.</summary>");
        code.Line($"public static class {name}Operations");
        code.Line("{");
        code.Line("public static ImmutableArray<QueryOperation> All { get; } =");
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

    private static string Members(ServiceDescription service, Shape structure) =>
        "[" + string.Join(", ", structure.Members.Select(member => Member(service, member.Name, service[member.Shape], member.Required))) + "]";

    private static string Member(ServiceDescription service, string name, Shape shape, bool required)
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
        Add("Element", shape.Type == "list" ? Member(service, "member", service[shape.Element!], required: false) : null);
        Add("Members", shape.Type == "structure" ? Members(service, shape) : null);
        return $"new({Code.Literal(name)}, QueryKind.{Kind(shape.Type)}){(parts.Count == 0 ? "" : $" {{ {string.Join(", ", parts)} }}")}";
    }

    private static string Kind(string type) => type switch
    {
        "integer" => "Number",
        "boolean" => "Flag",
        "list" => "List",
        "structure" => "Structure",
        _ => "Text",
    };
}
