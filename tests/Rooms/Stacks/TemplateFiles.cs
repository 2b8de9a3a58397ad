using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Stacks.Sam;

namespace Lamina.Rooms.Tests.Stacks;

/// <summary>The templates beside the tests, and what a transformation of one says.</summary>
internal static class TemplateFiles
{
    public const string Region = "eu-central-1";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Stacks", "Templates");

    public static string[] Names { get; } =
        [.. Directory.GetFiles(Folder, "*.yaml").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static string PathOf(string name) => Path.Combine(Folder, $"{name}.yaml");

    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    public static string Expected(string name) => File.ReadAllText(Path.Combine(Folder, "Expected", $"{name}.json"));

    public static SamOutcome Transform(string template) => Transform(Encoding.UTF8.GetBytes(template));

    public static SamOutcome Transform(byte[] template) => SamTemplate.Transform(template, new SamOptions(Region, TimeProvider.System));

    public static string JsonOf(SamOutcome outcome)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            outcome.Write(writer);
        }

        return $"{Encoding.UTF8.GetString(stream.ToArray())}\n";
    }
}
