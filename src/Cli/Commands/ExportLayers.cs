using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer export</c>: layers with all versions, or single versions, in one file for another machine.</summary>
internal static class ExportLayers
{
    public static Verb Create(CliContext context)
    {
        var layers = new Argument<string[]>("NAME|ARN")
        {
            Description = "Whole layers (NAME or ARN) and single versions (NAME:VERSION or ARN)",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output", "-o") { Description = "File to write", HelpName = "FILE", Required = true };
        var verb = new Verb(
            "export",
            "Write layers with their policies and content to one file, a bundle that `lamina layer import` takes",
            "lamina layer export orders-common orders-config:2 --output layers.bundle")
        {
            layers, output,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string file = parsed.GetRequiredValue(output);
            string[] names = parsed.GetRequiredValue(layers);
            LambdaClient client = context.Client(parsed);
            long bytes = await context.Terminal.WithProgressAsync(
                $"Exporting {string.Join(", ", names)}", () => WriteAsync(client, names, file, cancellationToken));
            context.Terminal.Note($"{Sizes.Readable(bytes)} written");
            context.Terminal.PrintLine(file);
            return 0;
        });
        return verb;
    }

    /// <summary>The file has its name only when it is whole.</summary>
    private static async Task<long> WriteAsync(LambdaClient client, string[] names, string file, CancellationToken cancellationToken)
    {
        string part = file + ".part";
        try
        {
            long bytes;
            await using (FileStream stream = File.Create(part))
            {
                await client.ExportLayersAsync(names, stream, cancellationToken);
                bytes = stream.Length;
            }

            File.Move(part, file, overwrite: true);
            return bytes;
        }
        finally
        {
            File.Delete(part);
        }
    }
}
