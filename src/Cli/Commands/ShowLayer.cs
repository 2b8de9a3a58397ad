using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer show</c>: what a layer version holds.</summary>
internal static class ShowLayer
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME[:VERSION]") { Description = "Layer (its newest version), layer version, or ARN of one" };
        var all = InspectionOptions.All();
        var json = Json.Option();
        var verb = new Verb(
            "show", "Print what a layer version holds: every path with size and mode, and its share of the limit",
            "lamina layer show orders-common", "lamina layer show orders-common:1 --all")
        {
            name, all, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            LayerVersionArn arn = await InspectionOptions.ResolveAsync(client, parsed.GetRequiredValue(name), cancellationToken);
            Inspection inspection = await context.Terminal.WithProgressAsync(
                $"Inspecting {arn}", () => client.InspectLayerAsync(arn, string.Empty, cancellationToken));
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(inspection, ReadableJson.Indented.Inspection));
                return 0;
            }

            context.Terminal.PrintLine(arn.ToString());
            OptTree.Print(context.Terminal, inspection.Entries ?? [], parsed.GetValue(all));
            context.Terminal.PrintLine(string.Empty);
            InspectionReport.PrintTotals(context.Terminal, inspection);
            context.Terminal.PrintLine(InspectionReport.Summary(inspection));
            return 0;
        });
        return verb;
    }
}
