using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>Evaluated values as JSON text, the form in which the catalog keeps them.</summary>
internal static class PropertiesJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Indented = Plain with { Indented = true };

    public static string Write(TemplateNode node) => Write(node, Plain);

    public static string WriteIndented(TemplateNode node) => Write(node, Indented);

    public static TemplateMap ReadMap(string json) => (TemplateMap)Read(json);

    public static TemplateNode Read(string json) => JsonTemplateReader.Read(Encoding.UTF8.GetBytes(json));

    private static string Write(TemplateNode node, JsonWriterOptions options)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, options))
        {
            TemplateWriter.Write(writer, node);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
