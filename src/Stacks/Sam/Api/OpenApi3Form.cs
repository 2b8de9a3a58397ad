using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>Turns what was written in Swagger's form into that of OpenAPI 3, in a document of that version.</summary>
internal static class OpenApi3Form
{
    /// <summary>Changes the document, where it is one.</summary>
    public static TemplateMap Apply(TemplateMap document, TemplateNode? versionOfApi)
    {
        TemplateNode? version = versionOfApi ?? document["openapi"];
        if (document["swagger"] is not null || version is not { IsTruthy: true } || !SpecificationEditor.IsOpenApi3(version))
        {
            return document;
        }

        MoveToComponents(document, "securityDefinitions", "securitySchemes");
        MoveToComponents(document, "definitions", "schemas");
        if (document["paths"] is not { IsTruthy: true } given)
        {
            return document;
        }

        TemplateMap paths = SpecificationEditor.CheckMap(given, "Value of paths must be a dictionary according to Swagger spec.");
        foreach ((TemplateKey key, TemplateNode value) in paths.Entries)
        {
            TemplateMap item = SpecificationEditor.CheckPathItem(value, key.Name);
            if (item["options"] is { IsTruthy: true } options)
            {
                Change(SpecificationEditor.CheckMap(
                    options, $"Value of options method for path {key.Name} must be a dictionary according to Swagger spec."), key.Name);
            }
        }

        return document;
    }

    private static void MoveToComponents(TemplateMap document, string from, string to)
    {
        if (document[from] is not { IsTruthy: true } moved)
        {
            return;
        }

        TemplateMap components = document["components"] is TemplateMap { Count: > 0 } there ? there : SpecificationEditor.Map();
        components[to] = moved;
        document["components"] = components;
        document.Remove(from);
    }

    private static void Change(TemplateMap options, string path)
    {
        options.Remove("produces");
        options.Remove("consumes");
        if (!options.Has("responses") || HeadersOf(options["responses"], path) is not { IsTruthy: true } given)
        {
            return;
        }

        TemplateMap headers = SpecificationEditor.CheckMap(
            given, $"Value of response's headers in options method for path {path} must be a dictionary according to Swagger spec.");
        foreach ((TemplateKey key, TemplateNode value) in headers.Entries)
        {
            TemplateMap schema = SpecificationEditor.Map();
            schema["schema"] = value;
            headers.Set(key, schema);
        }
    }

    private static TemplateNode? HeadersOf(TemplateNode? responses, string path)
    {
        TemplateNode? success = StepInto(responses, "200", "", path);
        return StepInto(success, "headers", "200", path);
    }

    private static TemplateNode? StepInto(TemplateNode? node, string name, string walked, string path) => node is null ? null
        : node is TemplateMap map ? map[name]
            : throw SamDocumentException.Of($"Invalid responses in options method for path {path}: "
                + $"{(walked.Length == 0 ? "It should be a map" : $"The value of '{walked}' should be a map")}.");
}
