using System.Text.Json;

namespace Lamina.ServiceModel;

/// <summary>Turns AWS's model file, as corrected by what AWS was seen to answer, into a <see cref="ServiceDescription"/>.</summary>
internal static class ModelReader
{
    public static ServiceDescription Read(string path, Corrections corrections, IReadOnlySet<string> notServed)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        Operation[] operations = [.. root.GetProperty("operations").EnumerateObject()
            .Select(property => ReadOperation(property, notServed)).OrderBy(operation => operation.Name, StringComparer.Ordinal)];
        string[] strangers = [.. notServed.Except(operations.Select(operation => operation.Name))];
        if (strangers.Length > 0)
        {
            throw new InvalidDataException($"The list of operations not served names what the model has not: {string.Join(", ", strangers)}.");
        }

        Dictionary<string, Shape> shapes = root.GetProperty("shapes").EnumerateObject()
            .ToDictionary(property => property.Name, property => corrections.Apply(ReadShape(property)), StringComparer.Ordinal);
        corrections.AddShapes(shapes);
        Error[] errors = [.. root.GetProperty("shapes").EnumerateObject()
            .Where(property => property.Value.TryGetProperty("exception", out _))
            .Select(ReadError).OrderBy(error => error.Code, StringComparer.Ordinal)];
        return new ServiceDescription(operations, shapes, errors);
    }

    private static Operation ReadOperation(JsonProperty property, IReadOnlySet<string> notServed)
    {
        JsonElement http = property.Value.GetProperty("http");
        return new Operation(
            property.Name,
            Text(http, "method")!,
            Text(http, "requestUri")!,
            http.TryGetProperty("responseCode", out JsonElement status) ? status.GetInt32() : 200,
            ShapeOf(property.Value, "input"),
            ShapeOf(property.Value, "output"),
            !notServed.Contains(property.Name));
    }

    private static Shape ReadShape(JsonProperty property)
    {
        JsonElement shape = property.Value;
        return new Shape(
            property.Name,
            Text(shape, "type")!,
            ReadMembers(shape),
            ShapeOf(shape, "member"),
            ShapeOf(shape, "key"),
            ShapeOf(shape, "value"),
            Number(shape, "max"),
            Number(shape, "min"),
            Text(shape, "pattern"),
            Strings(shape, "enum"),
            PrintedEnum: Strings(shape, "enum"),
            FlatEnum: false,
            NotNullUnsaid: false,
            shape.TryGetProperty("sensitive", out _));
    }

    private static IReadOnlyList<Member> ReadMembers(JsonElement shape)
    {
        if (!shape.TryGetProperty("members", out JsonElement members))
        {
            return [];
        }

        IReadOnlyList<string> required = Strings(shape, "required") ?? [];
        string? payload = Text(shape, "payload");
        return [.. members.EnumerateObject().Select(member => new Member(
            member.Name,
            Text(member.Value, "shape")!,
            member.Name == payload ? MemberLocation.Payload : Location(Text(member.Value, "location")),
            Text(member.Value, "locationName") ?? member.Name,
            required.Contains(member.Name)))];
    }

    private static MemberLocation Location(string? location) => location switch
    {
        null => MemberLocation.Body,
        "uri" => MemberLocation.Uri,
        "querystring" => MemberLocation.Query,
        "header" => MemberLocation.Header,
        "statusCode" => MemberLocation.StatusCode,
        _ => throw new InvalidDataException($"The location '{location}' is not known."),
    };

    private static Error ReadError(JsonProperty property)
    {
        string[] members = [.. property.Value.GetProperty("members").EnumerateObject().Select(member => member.Name)];
        int status = property.Value.TryGetProperty("error", out JsonElement error) ? error.GetProperty("httpStatusCode").GetInt32() : 500;
        return new Error(property.Name, status, members.Contains("Type"), members.FirstOrDefault(name => name is "message" or "Message"));
    }

    private static string? ShapeOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement reference) && reference.ValueKind == JsonValueKind.Object ? Text(reference, "shape") : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;

    private static IReadOnlyList<string>? Strings(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : null;
}
