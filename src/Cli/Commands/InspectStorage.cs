using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina storage</c> and <c>lamina storage collect</c></summary>
internal static class InspectStorage
{
    public static Verb Create(CliContext context)
    {
        var json = Json.Option();
        var verb = new Verb(
            "storage", "Print what is stored, what is shared, and what a collection would free",
            "lamina storage", "lamina storage collect", "lamina storage scrub")
        {
            json, Collect(context), ScrubStorage.Create(context),
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            StorageAnswer storage = await context.Terminal.WithProgressAsync("Measuring", () => client.StorageAsync(cancellationToken));
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(storage, ReadableJson.Indented.StorageAnswer));
            }
            else
            {
                Print(context.Terminal, storage);
            }

            return 0;
        });
        return verb;
    }

    private static Verb Collect(CliContext context)
    {
        var json = Json.Option();
        var verb = new Verb("collect", "Delete what nothing needs, now", "lamina storage collect", "lamina storage collect --json") { json };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            CollectAnswer freed = await context.Terminal.WithProgressAsync("Collecting", () => client.CollectAsync(cancellationToken));
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(freed, ReadableJson.Indented.CollectAnswer));
            }
            else
            {
                Table table = Terminal.Columns("FREED", "COUNT", "SIZE");
                AddRow(table, "archives", $"{freed.Archives}", Sizes.Readable(freed.ArchiveBytes));
                AddRow(table, "trees", $"{freed.Trees}", Sizes.Readable(freed.FileBytes));
                AddRow(table, "blobs", $"{freed.Blobs}", Sizes.Readable(freed.BlobBytes));
                AddRow(table, "image layers", $"{freed.ImageLayers}", Sizes.Readable(freed.ImageBytes));
                context.Terminal.Print(table);
            }

            return 0;
        });
        return verb;
    }

    private static void Print(Terminal terminal, StorageAnswer storage)
    {
        if (storage.Layers.Count > 0)
        {
            Table layers = Terminal.Columns("LAYER", "VERSIONS", "LOGICAL", "ON DISK");
            foreach (LayerBytes layer in storage.Layers)
            {
                AddRow(layers, layer.Layer, $"{layer.Versions}", Sizes.Readable(layer.LogicalBytes), Sizes.Readable(layer.OwnBytes));
            }

            terminal.Print(layers);
            terminal.PrintLine(string.Empty);
        }

        Table table = Terminal.Columns("KIND", "LOGICAL", "ON DISK", "SHARED", "COLLECTION FREES");
        CollectAnswer reclaimable = storage.Reclaimable;
        StorageBytes disk = storage.Physical;
        AddRow(table, "archives", Sizes.Readable(storage.Logical.ArchiveBytes), Sizes.Readable(disk.ArchiveBytes),
            Sizes.Readable(storage.Shared.ArchiveBytes), Sizes.Readable(reclaimable.ArchiveBytes));
        AddRow(table, "files", Sizes.Readable(storage.Logical.FileBytes), Sizes.Readable(disk.FileBytes),
            Sizes.Readable(storage.Shared.FileBytes), Sizes.Readable(reclaimable.FileBytes));
        AddRow(table, "trees", "", Sizes.Readable(disk.TreeBytes), "", "");
        AddRow(table, "manifests", "", Sizes.Readable(disk.ManifestBytes), "", "");
        AddRow(table, "blobs", "", Sizes.Readable(disk.BlobBytes), "", Sizes.Readable(reclaimable.BlobBytes));
        AddRow(table, "image layers", "", Sizes.Readable(disk.ImageBytes), "", Sizes.Readable(reclaimable.ImageBytes));
        AddRow(table, "catalog", "", Sizes.Readable(disk.CatalogBytes), "", "");
        AddRow(table, "all", "", Sizes.Readable(disk.TotalBytes), "", Sizes.Readable(reclaimable.TotalBytes));
        terminal.Print(table);
    }

    private static void AddRow(Table table, params string[] cells) => table.AddRow([.. cells.Select(static cell => new Text(cell))]);
}
