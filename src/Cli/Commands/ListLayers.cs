using System.Globalization;
using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract.Lambda;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer list</c>: every layer with its newest version.</summary>
internal static class ListLayers
{
    public static Verb Create(CliContext context)
    {
        var json = Json.Option();
        var verb = new Verb("list", "List the layers with their newest version", "lamina layer list", "lamina layer list --json") { json };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            IReadOnlyList<LayersListItem> layers = await context.Terminal.WithProgressAsync(
                "Listing layers", () => client.ListLayersAsync(cancellationToken));
            Print(context.Terminal, layers, parsed.GetValue(json));
            return 0;
        });
        return verb;
    }

    private static void Print(Terminal terminal, IReadOnlyList<LayersListItem> layers, bool json)
    {
        if (json)
        {
            terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(layers, ReadableJson.Indented.IReadOnlyListLayersListItem));
            return;
        }

        if (layers.Count == 0)
        {
            terminal.Note("No layers yet. Publish one: lamina layer publish DIR --name NAME");
            return;
        }

        Table table = Terminal.Columns("LAYER", "VERSION", "RUNTIMES", "CREATED", "DESCRIPTION");
        foreach (LayersListItem layer in layers)
        {
            table.AddRow([.. Cells(layer.LayerName, layer.LatestMatchingVersion ?? new LayerVersionsListItem())
                .Select(cell => new Text(cell ?? string.Empty))]);
        }

        terminal.Print(table);
    }

    private static string?[] Cells(string? name, LayerVersionsListItem latest) =>
    [
        name,
        latest.Version?.ToString(CultureInfo.InvariantCulture),
        string.Join(',', latest.CompatibleRuntimes ?? []),
        latest.CreatedDate,
        latest.Description,
    ];
}
