using System.Text.Json;

namespace Lamina.ServiceModel;

/// <summary>
/// The constraints of every served operation's input as plain data, for the test that breaks each of them once. It says what the model
/// says and nothing of how the product checks it.
/// </summary>
internal static class ConstraintTableWriter
{
    public static string Write(ServiceDescription service)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (Operation operation in service.Served)
            {
                WriteOperation(writer, service, operation);
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void WriteOperation(Utf8JsonWriter writer, ServiceDescription service, Operation operation)
    {
        writer.WriteStartObject();
        writer.WriteString("operation", operation.Name);
        writer.WriteString("method", operation.Method);
        writer.WriteString("template", operation.Template);
        writer.WriteStartArray("members");
        if (operation.Input is { } input)
        {
            WriteMembers(writer, service, service[input], [], MemberLocation.Body, [input]);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <param name="path">Names of the structures on the way.</param>
    /// <param name="open">Shapes on the way: some contain themselves.</param>
    private static void WriteMembers(
        Utf8JsonWriter writer, ServiceDescription service, Shape structure, string[] path, MemberLocation location, string[] open)
    {
        foreach (Member member in structure.Members.Where(static member => member.Location != MemberLocation.Payload))
        {
            MemberLocation at = path.Length == 0 ? member.Location : location;
            Shape shape = service[member.Shape];
            WriteMember(writer, service, member, shape, [.. path, member.Name], at);
            if (shape.Type == "structure" && !open.Contains(shape.Name))
            {
                WriteMembers(writer, service, shape, [.. path, member.Name], at, [.. open, shape.Name]);
            }
        }
    }

    private static void WriteMember(
        Utf8JsonWriter writer, ServiceDescription service, Member member, Shape shape, string[] path, MemberLocation location)
    {
        writer.WriteStartObject();
        writer.WriteString("path", string.Join('.', path));
        writer.WriteString("in", location.ToString());
        if (location != MemberLocation.Body)
        {
            writer.WriteString("wire", member.WireName);
        }

        writer.WriteBoolean("required", member.Required);
        WriteShape(writer, shape);
        WritePart(writer, service, "element", shape.Element);
        WritePart(writer, service, "key", shape.Key);
        WritePart(writer, service, "value", shape.Value);
        writer.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter writer, ServiceDescription service, string name, string? shape)
    {
        if (shape is not null)
        {
            writer.WriteStartObject(name);
            WriteShape(writer, service[shape]);
            writer.WriteEndObject();
        }
    }

    private static void WriteShape(Utf8JsonWriter writer, Shape shape)
    {
        writer.WriteString("type", shape.Type);
        WriteNumber(writer, "max", shape.Max);
        WriteNumber(writer, "min", shape.Min);
        if (shape.Pattern is not null)
        {
            writer.WriteString("pattern", shape.Pattern);
        }

        if (shape.Enum is not null)
        {
            writer.WriteString("printed", "[" + string.Join(", ", shape.PrintedEnum!) + "]");
        }

        if (shape.FlatEnum)
        {
            writer.WriteBoolean("flat", true);
        }

        if (shape.Sensitive)
        {
            writer.WriteBoolean("sensitive", true);
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
    }
}
