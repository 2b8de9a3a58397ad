namespace Lamina.ServiceModel;

/// <summary>One sealed record per structure that served operations take or give.</summary>
internal static class ShapesWriter
{
    public static string Write(ServiceDescription service)
    {
        Code code = Code.File("Lamina.Contract.Lambda", "System.Text.Json.Serialization");
        foreach (Shape structure in service.Structures(inputsOnly: false))
        {
            code.Line();
            code.Line($"public sealed record {structure.Name}");
            code.Line("{");
            WriteMembers(code, service, structure);
            code.Line("}");
        }

        return code.ToString();
    }

    /// <summary>The C# type of a shape. Every member can be absent, so every type is nullable where it is used.</summary>
    public static string TypeOf(ServiceDescription service, string name)
    {
        Shape shape = service[name];
        return shape.Type switch
        {
            "string" => "string",
            "boolean" => "bool",
            "integer" => "int",
            "long" => "long",
            "double" => "double",
            // In JSON: seconds since 1970, with a fraction.
            "timestamp" => "double",
            "blob" => "byte[]",
            "list" => $"IReadOnlyList<{TypeOf(service, shape.Element!)}>",
            "map" => $"IReadOnlyDictionary<string, {TypeOf(service, shape.Value!)}>",
            "structure" => shape.Name,
            _ => throw new InvalidDataException($"The type '{shape.Type}' of {name} has no C# type yet."),
        };
    }

    private static void WriteMembers(Code code, ServiceDescription service, Shape structure)
    {
        bool first = true;
        foreach (Member member in structure.Members.Where(member => member.Location != MemberLocation.Payload))
        {
            if (!first)
            {
                code.Line();
            }

            first = false;
            if (member.Location != MemberLocation.Body)
            {
                code.Line("[JsonIgnore]");
            }

            code.Line($"public {TypeOf(service, member.Shape)}? {member.Name} {{ get; init; }}");
        }
    }
}
