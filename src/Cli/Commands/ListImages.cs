using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina image list</c></summary>
internal static class ListImages
{
    private const int ShownDigest = 19;

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
                return 0;
            }

            Listing.Print(
                context.Terminal,
                images,
                "There are no images. Import one: lamina image import NAME:TAG --from FILE.tar",
                ["IMAGE", "DIGEST", "ARCHITECTURE", "LAYERS", "SIZE", "IMPORTED"],
                static image =>
                [
                    image.Name,
                    image.Digest[..ShownDigest],
                    image.Architecture,
                    $"{image.Layers}",
                    Sizes.Readable(image.SizeBytes),
                    image.ImportedAt,
                ]);
            return 0;
        });
        return verb;
    }
}
