using System.CommandLine;
using System.Text;
using Lamina.Execution;
using Lamina.Sandbox;
using Lamina.Server.Verbs;
using Lamina.Server.Wire;

namespace Lamina.Server.Doctor;

/// <summary><c>lamina doctor</c>: what this machine offers, what is degraded and how to mend it. Status 1 when functions cannot run.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };

    private enum Verdict
    {
        Ok,
        Degraded,
        Missing,
    }

    public static Command Create()
    {
        Verb command = new(
            "doctor", "Say what this machine offers for sandboxes, and how to mend what is missing", "lamina doctor", "lamina doctor --json") { Json };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            List<Finding> findings = [.. await ExamineMachineAsync(cancellationToken), .. ExamineRuntimes()];
            await Console.Out.WriteLineAsync((parsed.GetValue(Json) ? ToJson(findings) : ToTable(findings)).AsMemory(), cancellationToken);
            return findings.Exists(static finding => finding.Verdict == Verdict.Missing) ? 1 : 0;
        });
        return command;
    }

    /// <summary>The sandbox room makes sandboxes to find out; we only tell.</summary>
    private static async Task<IEnumerable<Finding>> ExamineMachineAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("lamina-doctor-");
        try
        {
            string jail = Path.Combine(AppContext.BaseDirectory, "lamina-jail");
            MachineReport report = await MachineReport.ProbeAsync(jail, scratch.FullName, cancellationToken);
            return report.Checks.Select(static check => new Finding(check.Name, ToVerdict(check.State), check.Found, check.Meaning, check.Fix));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static Verdict ToVerdict(MachineState state) => state switch
    {
        MachineState.Ok => Verdict.Ok,
        MachineState.Degraded => Verdict.Degraded,
        _ => Verdict.Missing,
    };

    private static IEnumerable<Finding> ExamineRuntimes()
    {
        RuntimeResolution[] runtimes = [.. new RuntimeCatalog().List()];
        foreach (IGrouping<string, RuntimeResolution> family in runtimes.GroupBy(static runtime => runtime.Family))
        {
            RuntimeResolution[] available = [.. family.Where(static runtime => runtime.IsAvailable)];
            RuntimeResolution first = available.FirstOrDefault(static runtime => runtime.Exact) ?? family.First();
            yield return available.Length > 0
                ? new Finding(family.Key, Verdict.Ok, first.InterpreterPath is null ? first.Note ?? "" : $"{first.InterpreterPath} {first.Version}", "", "")
                : new Finding(family.Key, Verdict.Degraded, "no interpreter", $"Functions for {family.Key} cannot run.", first.Note ?? "");
        }
    }

    /// <summary>A line for each finding; what is not well says below itself what that means and how to mend it, neighbours with one cure once.</summary>
    private static string ToTable(List<Finding> findings)
    {
        bool colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        int width = findings.Max(static finding => finding.What.Length);
        StringBuilder text = new();
        foreach ((int index, Finding finding) in findings.Index())
        {
            string word = Word(finding.Verdict).PadRight(8);
            string state = colours ? $"\e[{Colour(finding.Verdict)}m{word}\e[0m" : word;
            text.Append($"{finding.What.PadRight(width)}  {state}  {finding.Found}".TrimEnd()).Append('\n');
            string fix = findings.ElementAtOrDefault(index + 1)?.Fix == finding.Fix ? "" : finding.Fix;
            foreach (string line in new[] { finding.Meaning, fix }.Where(static line => line.Length > 0))
            {
                text.Append(' ', width + 12).Append(line).Append('\n');
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    private static int Colour(Verdict verdict) => verdict switch
    {
        Verdict.Ok => 32,
        Verdict.Degraded => 33,
        _ => 31,
    };

    private static string ToJson(List<Finding> findings) => Encoding.UTF8.GetString(WireJson.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (Finding finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("what", finding.What);
            writer.WriteString("state", Word(finding.Verdict));
            writer.WriteString("found", finding.Found);
            writer.WriteString("meaning", finding.Meaning);
            writer.WriteString("fix", finding.Fix);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }).Span);

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Degraded => "degraded",
        _ => "missing",
    };

    private sealed record Finding(string What, Verdict Verdict, string Found, string Meaning, string Fix);
}
