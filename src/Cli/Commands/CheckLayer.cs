using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer check</c>: what would not work, surprise or only cost in a layer, published or not.</summary>
internal static class CheckLayer
{
    public static Verb Create(CliContext context)
    {
        var subject = new Argument<string>("NAME[:VERSION]|DIR|ZIP")
        {
            Description = "Layer, layer version or its ARN; or a folder or zip that is not published yet (./NAME for a folder called like a layer)",
        };
        var runtime = InspectionOptions.Runtime();
        var architecture = InspectionOptions.Architecture();
        var all = InspectionOptions.All();
        var strict = InspectionOptions.Strict();
        var json = Json.Option();
        var verb = new Verb(
            "check", "Say what in a layer would not work on Lambda, may surprise, or only costs size",
            "lamina layer check ./layer --runtime python3.12 --architecture arm64 --strict", "lamina layer check orders-common:1")
        {
            subject, runtime, architecture, all, strict, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string text = parsed.GetRequiredValue(subject);
            Inspection inspection = await InspectAsync(
                context.Terminal, context.Client(parsed), text, parsed.GetValue(runtime), parsed.GetValue(architecture), cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(inspection with { Entries = null }, ReadableJson.Indented.Inspection));
            }
            else
            {
                InspectionReport.PrintTotals(context.Terminal, inspection);
                context.Terminal.PrintLine(string.Empty);
                InspectionReport.PrintFindings(context.Terminal, inspection, parsed.GetValue(all));
            }

            return InspectionReport.ExitCode(inspection, parsed.GetValue(strict));
        });
        return verb;
    }

    private static async Task<Inspection> InspectAsync(
        Terminal terminal, LambdaClient client, string subject, string? runtime, string? architecture, CancellationToken cancellationToken)
    {
        if (InspectionOptions.IsLocal(subject))
        {
            byte[] archive = await terminal.WithProgressAsync($"Zipping {subject}", () => FolderArchive.ReadAsync(subject, cancellationToken));
            string query = InspectionOptions.Query(runtime, architecture, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(subject))));
            return await terminal.WithProgressAsync(
                $"Checking {subject}", () => client.InspectArchiveAsync(archive, query, cancellationToken));
        }

        LayerVersionArn arn = await InspectionOptions.ResolveAsync(client, subject, cancellationToken);
        return await terminal.WithProgressAsync(
            $"Checking {arn}", () => client.InspectLayerAsync(arn, InspectionOptions.Query(runtime, architecture, null), cancellationToken));
    }
}
