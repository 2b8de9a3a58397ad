using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Cli.Lambda;
using Lamina.Contract.Lambda;

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
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(WithDevFolders(layers, devLayers));
                return 0;
            }

            Listing.Print(
                context.Terminal,
                layers,
                "No layers yet. Publish one: lamina layer publish DIR --name NAME",
                ["LAYER", "VERSION", "RUNTIMES", "CREATED", "DEV", "DESCRIPTION"],
                layer => Cells(layer.LayerName, layer.LatestMatchingVersion ?? new LayerVersionsListItem(), FolderOf(layer, devLayers)));
            return 0;
        });
        return verb;
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
