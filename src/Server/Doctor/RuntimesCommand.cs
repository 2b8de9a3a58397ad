using System.CommandLine;
using System.Text;
using System.Text.Json;
using Lamina.Execution;
using Lamina.Server.Up;
using Lamina.Server.Verbs;
using Lamina.Server.Wire;

namespace Lamina.Server.Doctor;

/// <summary><c>lamina runtimes</c>: what each Lambda runtime id resolves to on this machine.</summary>
internal static class RuntimesCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Data folder of the server whose added runtimes are listed too",
        HelpName = "FOLDER",
        DefaultValueFactory = static _ => DataFolder.DefaultPath(),
    };

    public static Command Create()
    {
        Verb command = new(
            "runtimes", "List what each Lambda runtime resolves to on this machine", "lamina runtimes", "lamina runtimes --json",
            "lamina runtimes add nodejs24.x --from npm", "lamina runtimes remove nodejs24.x") { Json, Data };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            IReadOnlyList<RuntimeResolution> runtimes = new RuntimeCatalog { Added = AddedRuntimes.Open(parsed.GetRequiredValue(Data)) }.List();
            await Console.Out.WriteLineAsync((parsed.GetValue(Json) ? ToJson(runtimes) : ToTable(runtimes)).AsMemory(), cancellationToken);
            return 0;
        });
        return command;
    }

    private static string ToTable(IReadOnlyList<RuntimeResolution> runtimes) => TextTable.Format(
        ["RUNTIME", "INTERPRETER", "VERSION", "MATCH", "NOTE"],
        [.. runtimes.Select(static runtime => new[]
        {
            runtime.Id,
            runtime.InterpreterPath ?? "-",
            runtime.Version ?? "-",
            !runtime.IsAvailable ? "none" : runtime.Exact ? "exact" : "nearest",
            runtime.Note ?? "",
        })]);

    private static string ToJson(IReadOnlyList<RuntimeResolution> runtimes) => Encoding.UTF8.GetString(WireJson.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (RuntimeResolution runtime in runtimes)
        {
            Write(writer, runtime);
        }

        writer.WriteEndArray();
    }).Span);

    public static void Write(Utf8JsonWriter writer, RuntimeResolution runtime)
    {
        writer.WriteStartObject();
        writer.WriteString("id", runtime.Id);
        writer.WriteString("interpreterPath", runtime.InterpreterPath);
        writer.WriteString("version", runtime.Version);
        writer.WriteBoolean("available", runtime.IsAvailable);
        writer.WriteBoolean("exact", runtime.Exact);
        writer.WriteBoolean("added", runtime.Added is not null);
        writer.WriteString("note", runtime.Note);
        writer.WriteEndObject();
    }
}
