using System.CommandLine;
using System.Text;
using Lamina.Execution;
using Lamina.Sandbox;
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
        Command command = new("doctor", "Show what this machine offers to Lamina, and how to mend what is missing.") { Json };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            List<Finding> findings = [.. await ExamineSandboxAsync(cancellationToken), .. ExamineRuntimes()];
            await Console.Out.WriteLineAsync((parsed.GetValue(Json) ? ToJson(findings) : ToTable(findings)).AsMemory(), cancellationToken);
            return findings.Exists(static finding => finding.Verdict == Verdict.Missing) ? 1 : 0;
        });
        return command;
    }

    /// <summary>Starts the jail as the server does and takes its word.</summary>
    private static async Task<List<Finding>> ExamineSandboxAsync(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("lamina-doctor-").FullName;
        try
        {
            SandboxHostOptions options = new() { JailPath = Path.Combine(AppContext.BaseDirectory, "lamina-jail"), RunDirectory = folder };
            await using SandboxHost host = await SandboxHost.StartAsync(options, cancellationToken);
            return host.Degradations.IsEmpty
                ? [new("sandbox", Verdict.Ok, "namespaces, mounts, limits and system call filter are all there")]
                : [.. host.Degradations.Select(static text => new Finding("sandbox", Verdict.Degraded, text))];
        }
        catch (SandboxException exception)
        {
            return [new("sandbox", Verdict.Missing, exception.Message)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Finding> ExamineRuntimes()
    {
        RuntimeResolution[] runtimes = [.. new RuntimeCatalog().List()];
        foreach (IGrouping<string, RuntimeResolution> family in runtimes.GroupBy(static runtime => runtime.Family))
        {
            RuntimeResolution[] available = [.. family.Where(RuntimesCommand.IsAvailable)];
            RuntimeResolution first = available.FirstOrDefault(static runtime => runtime.Exact) ?? family.First();
            yield return available.Length > 0
                ? new Finding(family.Key, Verdict.Ok, first.InterpreterPath is null ? first.Note ?? "" : $"{first.InterpreterPath} {first.Version}")
                : new Finding(family.Key, Verdict.Degraded, first.Note ?? "no interpreter found");
        }
    }

    private static string ToTable(List<Finding> findings) => TextTable.Format(
        ["WHAT", "STATE", "DETAIL"],
        [.. findings.Select(static finding => new[] { finding.What, Word(finding.Verdict), finding.Detail })]);

    private static string ToJson(List<Finding> findings) => Encoding.UTF8.GetString(WireJson.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (Finding finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("what", finding.What);
            writer.WriteString("state", Word(finding.Verdict));
            writer.WriteString("detail", finding.Detail);
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

    private sealed record Finding(string What, Verdict Verdict, string Detail);
}
