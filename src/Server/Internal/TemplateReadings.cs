using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Stacks.Packaging;
using Lamina.Stacks.Sam;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// POST /_lamina/template: reads a template as it lies on the client's disk, and says what it is in JSON, what of it is local to the client and
/// has to be uploaded first, which parameters it takes, and what is wrong with it, with places. Nothing is stored, no path is opened.
/// </summary>
/// <param name="isServed">Whether stacks can have resources of a type.</param>
internal sealed class TemplateReadings(Func<string, bool> isServed, TimeProvider time) : IInternalRoute
{
    /// <summary>A template of the longest kind whose every other character is escaped.</summary>
    private static readonly BodyLimit BodyLimit = new(
        2 * Limits.TemplateBytes,
        Pooled: true,
        static _ => AwsError.RequestEntityTooLarge($"A template must not be larger than {Limits.TemplateBytes} bytes"));

    public IReadOnlyList<string> Path { get; } = ["template"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(call.Context.Request.Method))
        {
            throw InternalRoutes.WrongMethod(call.Context.Request, "POST");
        }

        using RequestBytes body = await BodyReader.ReadAsync(call.Context.Request, BodyLimit, cancellationToken);
        TemplateFile file = Read(body.Memory.Span);
        TemplateReading reading = TemplateReading.Of(
            Encoding.UTF8.GetBytes(file.Text), call.Caller.Region, file.Parameters ?? new Dictionary<string, string>(), isServed, time);
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => Write(writer, reading)), owner: null);
    }

    private static TemplateFile Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TemplateFileJson.Default.TemplateFile) is { Text: not null } file
                ? file
                : throw new JsonException("It has no text.");
        }
        catch (JsonException unreadable)
        {
            throw AwsError.InvalidParameterValue($"The body must be JSON with the template's text: {unreadable.Message}");
        }
    }

    private static void Write(Utf8JsonWriter writer, TemplateReading reading)
    {
        writer.WriteStartObject();
        if (reading.IsRead)
        {
            writer.WritePropertyName("template");
            reading.WriteTemplate(writer);
        }

        WriteList(writer, "artifacts", reading.Artifacts, WriteArtifact);
        WriteList(writer, "parameters", reading.Parameters, WriteParameter);
        WriteList(writer, "faults", reading.Faults, WriteFault);
        writer.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(name);
        foreach (T item in items)
        {
            writer.WriteStartObject();
            write(writer, item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteArtifact(Utf8JsonWriter writer, LocalArtifact artifact)
    {
        writer.WriteString("logicalId", artifact.LogicalId);
        writer.WriteString("type", artifact.Type);
        writer.WriteString("kind", artifact.Kind.ToString());
        writer.WriteString("form", artifact.Form.ToString());
        WriteTexts(writer, "place", artifact.Place);
        writer.WriteString("path", artifact.Path);
        writer.WriteNumber("line", artifact.Position.Line);
        writer.WriteNumber("column", artifact.Position.Column);
        writer.WriteString("runtime", artifact.Runtime);
        writer.WriteString("architecture", artifact.Architecture);
        writer.WriteString("handler", artifact.Handler);
        writer.WriteString("buildMethod", artifact.BuildMethod);
        writer.WriteBoolean("skipsBuild", artifact.SkipsBuild);
    }

    private static void WriteParameter(Utf8JsonWriter writer, TemplateParameter parameter)
    {
        writer.WriteString("name", parameter.Name);
        writer.WriteString("type", parameter.Type);
        writer.WriteString("default", parameter.Default);
        writer.WriteBoolean("noEcho", parameter.NoEcho);
        writer.WriteString("description", parameter.Description);
        writer.WriteString("constraint", parameter.Constraint);
        WriteTexts(writer, "allowedValues", parameter.AllowedValues);
        writer.WriteString("fault", parameter.Fault);
    }

    private static void WriteFault(Utf8JsonWriter writer, TemplateFault fault)
    {
        writer.WriteNumber("line", fault.Line);
        writer.WriteNumber("column", fault.Column);
        writer.WriteString("message", fault.Message);
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}

/// <param name="Text">The file's.</param>
/// <param name="Parameters">Values, as far as they are known yet.</param>
internal sealed record TemplateFile(string Text, IReadOnlyDictionary<string, string>? Parameters);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TemplateFile))]
internal sealed partial class TemplateFileJson : JsonSerializerContext;
