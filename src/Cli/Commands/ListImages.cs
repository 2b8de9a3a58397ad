using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina image list</c></summary>
internal static class ListImages
{
    public static Verb Create(CliContext context)
    {
        var json = Json.Option();
        var verb = new Verb("list", "List the imported images", "lamina image list", "lamina image list --json") { json };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            IReadOnlyList<ImportedImage> images = await context.Client(parsed).Images.ListAsync(cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(images, ReadableJson.Indented.IReadOnlyListImportedImage));
            }
            else if (images.Count == 0)
            {
                context.Terminal.Note("There are no images. Import one: lamina image import NAME:TAG --from FILE.tar");
            }
            else
            {
                Print(context.Terminal, images);
            }

            return 0;
        });
        return verb;
    }

    private static void Print(Terminal terminal, IReadOnlyList<ImportedImage> images)
    {
        const int ShownDigest = 19;
        Table table = Terminal.Columns("IMAGE", "DIGEST", "ARCHITECTURE", "LAYERS", "SIZE", "IMPORTED");
        foreach (ImportedImage image in images)
        {
            table.AddRow(
                new Text(image.Name), new Text(image.Digest[..ShownDigest]), new Text(image.Architecture), new Text($"{image.Layers}"),
                new Text(Sizes.Readable(image.SizeBytes)), new Text(image.ImportedAt));
        }

        terminal.Print(table);
    }
}
