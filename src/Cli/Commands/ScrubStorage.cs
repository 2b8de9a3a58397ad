using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina storage scrub</c>: fails when something is damaged that only whoever has the content can heal.</summary>
internal static class ScrubStorage
{
    public static Verb Create(CliContext context)
    {
        var json = Json.Option();
        var verb = new Verb(
            "scrub", "Verify all that is stored, and name what is damaged", "lamina storage scrub", "lamina storage scrub --json") { json };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            ScrubAnswer answer = await context.Terminal.WithProgressAsync(
                "Verifying", (ScrubLine line) => Progress(line), progress => client.ScrubAsync(progress, cancellationToken));
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(answer, ReadableJson.Indented.ScrubAnswer));
            }
            else
            {
                Print(context.Terminal, answer);
            }

            return answer.Summary.Damaged > 0 ? 1 : 0;
        });
        return verb;
    }

    private static string Progress(ScrubLine line) =>
        $"Verifying: {Sizes.Readable(line.VerifiedBytes ?? 0)} of {Sizes.Readable(line.TotalBytes ?? 0)}";

    private static void Print(Terminal terminal, ScrubAnswer answer)
    {
        if (answer.Findings.Count > 0)
        {
            Table table = Terminal.Columns("DAMAGED", "NEEDED BY", "WHAT TO DO");
            foreach (ScrubLine finding in answer.Findings)
            {
                string what = $"{finding.Damaged} {Short(finding.Name)}";
                string[] users = finding.NamedBy is { Count: > 0 } named ? [.. named] : ["nothing"];
                AddRow(table, what, users[0], WhatToDo(finding));
                foreach (string user in users.Skip(1))
                {
                    AddRow(table, string.Empty, user, string.Empty);
                }
            }

            terminal.Print(table);
            terminal.PrintLine(string.Empty);
            foreach (ScrubLine finding in answer.Findings)
            {
                terminal.PrintLine($"{finding.Damaged} {finding.Name}: {finding.Problem}{Sources(finding)}");
            }

            terminal.PrintLine(string.Empty);
        }

        ScrubSummary all = answer.Summary;
        terminal.PrintLine($"verified: {all.Archives} archives, {all.Files} files, {all.Trees} trees, {all.Manifests} manifests, {all.Blobs} blobs, "
            + $"{all.ImageLayers} layers of images");
        terminal.PrintLine($"damaged: {all.Damaged}, repaired: {all.Repaired}");
    }

    /// <summary>Enough of a digest to find it in the lines below the table.</summary>
    private static string Short(string? name) => name is { Length: > 12 } ? name[..12] : name ?? string.Empty;

    private static string WhatToDo(ScrubLine finding) => finding switch
    {
        { Repaired: true } => "nothing, repaired",
        { Damaged: "blob" } => "put the object again",
        { Damaged: "imageLayer" } => "import the same image again; functions go on until then",
        { TreeIntact: true } => "publish or import the same zip again; functions go on until then",
        _ => "publish or import the same zip again; functions cannot start until then",
    };

    private static string Sources(ScrubLine finding) =>
        finding.Sources is { Count: > 0 } sources ? $" Parts of it are in the files of {string.Join(", ", sources)}." : string.Empty;

    private static void AddRow(Table table, params string[] cells) => table.AddRow([.. cells.Select(static cell => new Text(cell))]);
}
