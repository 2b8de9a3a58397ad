using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina opt</c>: the merged /opt of a function, which layer each path comes from, and what is wrong with it.</summary>
internal static class InspectOpt
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("FUNCTION") { Description = "Name or ARN of the function" };
        var findings = new Option<bool>("--findings") { Description = "Print sizes and findings only, of the code too, not every path" };
        var all = InspectionOptions.All();
        var strict = InspectionOptions.Strict();
        var json = Json.Option();
        var verb = new Verb(
            "opt",
            "Print the merged /opt of a function: size, mode, the layer each path comes from, the layers it shadows, and findings",
            "lamina opt orders-python",
            "lamina opt orders-python --findings --strict",
            "lamina opt orders-python --json")
        {
            name, findings, all, strict, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            Inspection inspection = await context.Terminal.WithProgressAsync(
                "Inspecting /opt", () => client.InspectFunctionAsync(parsed.GetRequiredValue(name), cancellationToken));
            Print(context.Terminal, inspection, parsed.GetValue(findings), parsed.GetValue(all), parsed.GetValue(json));
            return InspectionReport.ExitCode(inspection, parsed.GetValue(strict));
        });
        return verb;
    }

    private static void Print(Terminal terminal, Inspection inspection, bool findingsOnly, bool all, bool json)
    {
        if (json)
        {
            terminal.PrintJson(findingsOnly
                ? JsonSerializer.SerializeToUtf8Bytes(inspection with { Entries = null }, ReadableJson.Indented.Inspection)
                : JsonSerializer.SerializeToUtf8Bytes(inspection.Entries ?? [], ReadableJson.Indented.IReadOnlyListOptEntry));
            return;
        }

        if (!findingsOnly)
        {
            OptTree.Print(terminal, inspection.Entries ?? [], all);
            terminal.PrintLine(string.Empty);
        }

        InspectionReport.PrintTotals(terminal, inspection);
        terminal.PrintLine(string.Empty);
        InspectionReport.PrintFindings(terminal, inspection, all);
    }
}
