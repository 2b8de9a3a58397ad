using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Images;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina image import</c>: an image becomes what functions can be made of, under a name.</summary>
internal static class ImportImage
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME[:TAG]") { Description = "The image's name, as ImageUri will have it; a repository's name alone stands for any of AWS's registries" };
        var options = new ImageOptions(required: true);
        var json = Json.Option();
        var verb = new Verb(
            "import",
            "Bring in a container image, for functions of package type Image",
            "lamina image import orders:1 --from orders.tar",
            "lamina image import 123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1 --from ./oci-layout",
            "lamina image import orders:1 --from localhost:5000/orders:1")
        {
            name, json,
        };
        options.AddTo(verb);
        name.Validators.Add(result =>
        {
            if (!ImageReference.TryParse(result.GetValueOrDefault<string>(), out ImageReference? reference) || reference.Digest is not null)
            {
                result.AddError($"'{result.GetValueOrDefault<string>()}' is not the name of an image: NAME or NAME:TAG, in small letters.");
            }
        });
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string text = parsed.GetRequiredValue(name);
            _ = ImageReference.TryParse(text, out ImageReference? reference);
            // Not the client that speaks to the server: this one may go through the machine's proxy.
            using var handler = new SocketsHttpHandler();
            using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
            await using IImageSource source = await options.OpenAsync(context, parsed, reference!, http, cancellationToken);
            var transfer = new ImageTransfer(context.Client(parsed).Images, source);
            ImportedImage image = await context.Terminal.WithProgressAsync<ImportedImage, string>(
                $"Importing {text}", step => $"Importing {text}: {step}…", report => transfer.RunAsync(text, report, cancellationToken));
            Print(context.Terminal, image, parsed.GetValue(json));
            return 0;
        });
        return verb;
    }

    private static void Print(Terminal terminal, ImportedImage image, bool json)
    {
        if (json)
        {
            terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(image, ReadableJson.Indented.ImportedImage));
            return;
        }

        terminal.PrintLine($"{image.Name}@{image.Digest}");
    }
}
