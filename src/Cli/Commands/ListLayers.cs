using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
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
            IReadOnlyList<DevLayer> devLayers = await client.DevLayers.ListAsync(cancellationToken);
            Print(context.Terminal, layers, devLayers, parsed.GetValue(json));
            return 0;
        });
        return verb;
    }

    private static void Print(Terminal terminal, IReadOnlyList<LayersListItem> layers, IReadOnlyList<DevLayer> devLayers, bool json)
    {
        if (json)
        {
            terminal.PrintJson(WithDevFolders(layers, devLayers));
            return;
        }

        if (layers.Count == 0)
        {
            terminal.Note("No layers yet. Publish one: lamina layer publish DIR --name NAME");
            return;
        }

        Table table = Terminal.Columns("LAYER", "VERSION", "RUNTIMES", "CREATED", "DEV", "DESCRIPTION");
        foreach (LayersListItem layer in layers)
        {
            table.AddRow([.. Cells(layer.LayerName, layer.LatestMatchingVersion ?? new LayerVersionsListItem(), FolderOf(layer, devLayers))
                .Select(cell => new Text(cell ?? string.Empty))]);
        }

        terminal.Print(table);
    }

    private static string?[] Cells(string? name, LayerVersionsListItem latest, string? devFolder) =>
    [
        name,
        latest.Version?.ToString(CultureInfo.InvariantCulture),
        string.Join(',', latest.CompatibleRuntimes ?? []),
        latest.CreatedDate,
        devFolder,
        latest.Description,
    ];

    private static string? FolderOf(LayersListItem layer, IReadOnlyList<DevLayer> devLayers) =>
        devLayers.FirstOrDefault(dev => dev.LayerArn == layer.LayerArn)?.Folder;

    /// <summary>Lambda's own shape; a layer with a dev session has one member more.</summary>
    private static JsonArray WithDevFolders(IReadOnlyList<LayersListItem> layers, IReadOnlyList<DevLayer> devLayers)
    {
        JsonArray shown = JsonSerializer.SerializeToNode(layers, ReadableJson.Indented.IReadOnlyListLayersListItem)!.AsArray();
        foreach ((LayersListItem layer, JsonNode? node) in layers.Zip(shown))
        {
            if (FolderOf(layer, devLayers) is { } folder)
            {
                node!["DevFolder"] = folder;
            }
        }

        return shown;
    }
}
