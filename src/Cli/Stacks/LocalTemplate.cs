using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Stacks;

/// <summary>A template as it lies on the disk, read by the server, with the templates that it names in its turn.</summary>
internal sealed class LocalTemplate
{
    private LocalTemplate(string file, TemplateAnswer answer, IReadOnlyDictionary<LocalArtifact, LocalTemplate> nested)
    {
        File = file;
        Folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Answer = answer;
        Nested = nested;
    }

    /// <summary>As it was named, for errors.</summary>
    public string File { get; }

    public string Folder { get; }

    public TemplateAnswer Answer { get; }

    public IReadOnlyDictionary<LocalArtifact, LocalTemplate> Nested { get; }

    /// <summary>This one and all below it.</summary>
    public IEnumerable<LocalTemplate> All => [this, .. Nested.Values.SelectMany(static one => one.All)];

    public string PathOf(LocalArtifact artifact) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(artifact.Path, Folder));

    /// <summary>
    /// (1) The server reads the text; (2) every fault of it is told, with its place; (3) whatever it names must be there, (4) and the templates
    /// among that are read in their turn.
    /// </summary>
    /// <param name="parameters">Of the outermost template; nested ones have their own.</param>
    public static Task<LocalTemplate> ReadAsync(
        Wire wire, string file, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken) =>
        ReadAsync(wire, file, parameters, [], cancellationToken);

    private static async Task<LocalTemplate> ReadAsync(
        Wire wire, string file, IReadOnlyDictionary<string, string> parameters, string[] outer, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(file);
        if (outer.Contains(path, StringComparer.Ordinal))
        {
            throw new CliError("The template names itself.", string.Join(" → ", [.. outer.SkipWhile(one => one != path), path]), "Break the circle.");
        }

        if (!System.IO.File.Exists(path))
        {
            throw new CliError("There is no such template.", path, "Check the path.");
        }

        var sent = new JsonObject
        {
            ["text"] = await System.IO.File.ReadAllTextAsync(path, cancellationToken),
            ["parameters"] = new JsonObject(parameters.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)JsonValue.Create(one.Value)))),
        };
        TemplateAnswer answer = await wire.SendAsync(
            HttpMethod.Post, "/_lamina/template", sent, TemplateJson.Default.JsonObject, TemplateJson.Default.TemplateAnswer, cancellationToken); // (1)
        if (answer.Faults.Count > 0)
        {
            throw Faulty(file, answer.Faults); // (2)
        }

        Dictionary<LocalArtifact, LocalTemplate> nested = [];
        var template = new LocalTemplate(file, answer, nested);
        foreach (LocalArtifact artifact in answer.Artifacts)
        {
            string named = template.PathOf(artifact);
            if (!Path.Exists(named))
            {
                throw new CliError( // (3)
                    $"There is no folder or file {artifact.Path}.", $"{file}:{artifact.Line}:{artifact.Column}", "Check the path; it is relative to the template.");
            }

            if (artifact.Kind == LocalArtifact.Template)
            {
                string shown = Path.Combine(Path.GetDirectoryName(file) ?? string.Empty, artifact.Path);
                nested[artifact] = await ReadAsync(wire, shown, new Dictionary<string, string>(), [.. outer, path], cancellationToken); // (4)
            }
        }

        return template;
    }

    private static CliError Faulty(string file, IReadOnlyList<TemplateFault> faults) => new(
        string.Join('\n', faults.Select(fault => $"{file}:{fault.Line}:{fault.Column}: {fault.Message}")),
        faults.Count == 1 ? null : $"{faults.Count} places", "Mend the template. `lamina sam validate` says the same without a server.");
}

/// <summary>What the server says of a template.</summary>
/// <param name="Template">In JSON; null when it could not be read.</param>
internal sealed record TemplateAnswer(
    JsonObject? Template, IReadOnlyList<LocalArtifact> Artifacts, IReadOnlyList<TemplateParameter> Parameters, IReadOnlyList<TemplateFault> Faults);

/// <summary>What a template names of its own folder. Words as in the server's answer.</summary>
/// <param name="Kind">Code, Layer, Template, Document.</param>
/// <param name="Form">S3Uri, CodeLocation, BucketAndKey, Url.</param>
/// <param name="Place">Keys from the root.</param>
/// <param name="Path">Relative to the template's folder.</param>
internal sealed record LocalArtifact(
    string LogicalId, string Type, string Kind, string Form, IReadOnlyList<string> Place, string Path, int Line, int Column, string? Runtime,
    string? Architecture, string? Handler, string? BuildMethod, bool SkipsBuild)
{
    public const string Code = "Code";
    public const string Layer = "Layer";
    public const string Template = "Template";

    public const string CodeLocation = "CodeLocation";
    public const string BucketAndKey = "BucketAndKey";
    public const string Url = "Url";

    /// <summary>As messages call it.</summary>
    public string Name => LogicalId.Length > 0 ? LogicalId : Type;
}

/// <param name="Constraint">For people.</param>
/// <param name="Fault">What is wrong with the value that was sent.</param>
internal sealed record TemplateParameter(
    string Name, string Type, string? Default, bool NoEcho, string? Description, string? Constraint, IReadOnlyList<string> AllowedValues, string? Fault);

internal sealed record TemplateFault(int Line, int Column, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(TemplateAnswer))]
internal sealed partial class TemplateJson : JsonSerializerContext;
