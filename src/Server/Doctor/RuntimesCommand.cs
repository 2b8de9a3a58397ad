using System.CommandLine;
using System.Text;
using Lamina.Execution;
using Lamina.Server.Verbs;
using Lamina.Server.Wire;

namespace Lamina.Server.Doctor;

/// <summary><c>lamina runtimes</c>: what each Lambda runtime id resolves to on this machine.</summary>
internal static class RuntimesCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };

    public static Command Create()
    {
        Verb command = new(
            "runtimes", "List what each Lambda runtime resolves to on this machine", "lamina runtimes", "lamina runtimes --json") { Json };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            IReadOnlyList<RuntimeResolution> runtimes = new RuntimeCatalog().List();
            await Console.Out.WriteLineAsync((parsed.GetValue(Json) ? ToJson(runtimes) : ToTable(runtimes)).AsMemory(), cancellationToken);
            return 0;
        });
        return command;
    }

    public static bool IsAvailable(RuntimeResolution runtime) => runtime.Family == "provided" || runtime.InterpreterPath is not null;

    private static string ToTable(IReadOnlyList<RuntimeResolution> runtimes) => TextTable.Format(
        ["RUNTIME", "INTERPRETER", "VERSION", "MATCH", "NOTE"],
        [.. runtimes.Select(static runtime => new[]
        {
            runtime.Id,
            runtime.InterpreterPath ?? "-",
            runtime.Version ?? "-",
            !IsAvailable(runtime) ? "none" : runtime.Exact ? "exact" : "nearest",
            runtime.Note ?? "",
        })]);

    private static string ToJson(IReadOnlyList<RuntimeResolution> runtimes) => Encoding.UTF8.GetString(WireJson.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (RuntimeResolution runtime in runtimes)
        {
            writer.WriteStartObject();
            writer.WriteString("id", runtime.Id);
            writer.WriteString("interpreterPath", runtime.InterpreterPath);
            writer.WriteString("version", runtime.Version);
            writer.WriteBoolean("available", IsAvailable(runtime));
            writer.WriteBoolean("exact", runtime.Exact);
            writer.WriteString("note", runtime.Note);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }).Span);
}
