using System.Text.Json;

namespace Lamina.ServiceModel;

/// <summary>
/// The routes of S3: what tells its operations apart is the method, whether there is a bucket and a key, and the query keys and headers
/// that the model requires. Bodies are XML of few shapes, so nothing else is written.
/// </summary>
internal static class S3RoutesWriter
{
    private const string CopySource = "x-amz-copy-source";

    public static string Write(string modelPath, IReadOnlySet<string> notServed)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(modelPath));
        JsonElement root = document.RootElement;
        Code code = Code.File("Lamina.Contract.S3", "System.Collections.Immutable");
        code.Line();
        code.Line("/// <summary>Every operation of S3. One that is not served has a route all the same, so that it can be named.</summary>");
        code.Line("public static class S3Routes");
        code.Line("{");
        code.Line("public static ImmutableArray<S3Route> All { get; } =");
        code.Line("[");
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (JsonProperty operation in root.GetProperty("operations").EnumerateObject().OrderBy(static item => item.Name, StringComparer.Ordinal))
        {
            known.Add(operation.Name);
            code.Line("    " + Route(operation, root.GetProperty("shapes"), !notServed.Contains(operation.Name)));
        }

        code.Line("];");
        code.Line("}");
        string[] strangers = [.. notServed.Except(known)];
        return strangers.Length == 0
            ? code.ToString()
            : throw new InvalidDataException($"The list of operations not served names what the model has not: {string.Join(", ", strangers)}.");
    }

    private static string Route(JsonProperty operation, JsonElement shapes, bool served)
    {
        JsonElement http = operation.Value.GetProperty("http");
        string[] uri = http.GetProperty("requestUri").GetString()!.Split('?');
        List<string> queries = uri is [_, var markers] ? [.. markers.Split('&')] : [];
        bool copies = false;
        foreach ((string name, string? location) in RequiredMembers(operation.Value, shapes))
        {
            if (location == "querystring")
            {
                queries.Add(name);
            }

            copies |= location == "header" && name == CopySource;
        }

        string scope = uri[0] switch
        {
            "/" => "Service",
            "/{Bucket}" => "Bucket",
            "/{Bucket}/{Key+}" => "Object",
            _ => "Elsewhere",
        };
        string list = string.Join(", ", queries.Select(static query => Code.Literal(query)));
        string method = http.GetProperty("method").GetString()!;
        return $"new(\"{operation.Name}\", \"{method}\", S3Scope.{scope}, [{list}], Copies: {Flag(copies)}, Served: {Flag(served)}),";
    }

    private static IEnumerable<(string Name, string? Location)> RequiredMembers(JsonElement operation, JsonElement shapes)
    {
        if (!operation.TryGetProperty("input", out JsonElement input))
        {
            yield break;
        }

        JsonElement shape = shapes.GetProperty(input.GetProperty("shape").GetString()!);
        if (!shape.TryGetProperty("required", out JsonElement required))
        {
            yield break;
        }

        foreach (JsonElement name in required.EnumerateArray())
        {
            JsonElement member = shape.GetProperty("members").GetProperty(name.GetString()!);
            if (member.TryGetProperty("locationName", out JsonElement wire) && member.TryGetProperty("location", out JsonElement location))
            {
                yield return (wire.GetString()!, location.GetString());
            }
        }
    }

    private static string Flag(bool value) => value ? "true" : "false";
}
