using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer import</c>: a bundle, or an archive that becomes the layer version of just this ARN, whoever's account it names.</summary>
internal static class ImportLayers
{
    public static Verb Create(CliContext context)
    {
        var what = new Argument<string>("ARN|BUNDLE") { Description = "ARN of the layer version that --from holds, or a file that `lamina layer export` wrote" };
        var from = new Option<string?>("--from") { Description = "The version's content: a zip, a folder, or the address of a zip", HelpName = "FILE.zip|DIR|URL" };
        var digest = new Option<string?>("--sha256") { Description = "SHA-256 that the content must have, in hex or base64", HelpName = "DIGEST" };
        var isPrivate = new Option<bool>("--private") { Description = "For the ARN's own account only, not for every account" };
        Option<bool> json = Json.Option();
        var verb = new Verb(
            "import",
            "Bring in a bundle of layers, or one layer version under the ARN it has on AWS",
            "lamina layer import layers.bundle",
            "lamina layer import arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:7 --from powertools.zip")
        {
            what, from, digest, isPrivate, json,
        };
        verb.Validators.Add(result =>
        {
            bool isArn = LayerVersionArn.TryParse(result.GetValue(what), out _);
            if (isArn != (result.GetResult(from) is not null))
            {
                result.AddError(isArn ? "Say where its content is: --from FILE.zip" : "--from goes with the ARN of a layer version.");
            }
        });
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string name = parsed.GetRequiredValue(what);
            string query = QueryOf(parsed.GetValue(from) is null ? null : name, parsed.GetValue(digest), parsed.GetValue(isPrivate));
            await using Stream content = await OpenAsync(context.Terminal, parsed.GetValue(from) ?? name, cancellationToken);
            LambdaClient client = context.Client(parsed);
            IReadOnlyList<ImportedLayer> imported = await context.Terminal.WithProgressAsync(
                $"Importing {name} ({Sizes.Readable(content.Length)})", () => client.ImportLayersAsync(query, content, cancellationToken));
            Print(context.Terminal, imported, parsed.GetValue(json));
            return 0;
        });
        return verb;
    }

    private static string QueryOf(string? arn, string? digest, bool isPrivate)
    {
        List<string> parts = [];
        if (arn is not null)
        {
            parts.Add($"Arn={Uri.EscapeDataString(arn)}");
        }

        if (digest is not null)
        {
            parts.Add($"Sha256={Uri.EscapeDataString(digest)}");
        }

        if (isPrivate)
        {
            parts.Add("Private=true");
        }

        return parts.Count == 0 ? string.Empty : $"?{string.Join('&', parts)}";
    }

    private static async Task<Stream> OpenAsync(Terminal terminal, string source, CancellationToken cancellationToken)
    {
        if (Uri.TryCreate(source, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
        {
            return await terminal.WithProgressAsync($"Downloading {address.GetLeftPart(UriPartial.Path)}", () => DownloadAsync(address, cancellationToken));
        }

        if (Directory.Exists(source))
        {
            return new MemoryStream(await terminal.WithProgressAsync($"Zipping {source}", () => FolderArchive.ZipAsync(source, cancellationToken)));
        }

        return File.Exists(source)
            ? File.OpenRead(source)
            : throw new CliError("There is no such file or folder.", Path.GetFullPath(source), "Check the path.");
    }

    private static async Task<Stream> DownloadAsync(Uri address, CancellationToken cancellationToken)
    {
        // Not the client that speaks to the server: this one may go through the machine's proxy.
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler);
        using HttpResponseMessage response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new CliError(
                $"The download was refused: {(int)response.StatusCode} {response.ReasonPhrase}", address.GetLeftPart(UriPartial.Path), "Check the address.");
        }

        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"lamina-{Guid.NewGuid():N}.zip"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        });
        try
        {
            await response.Content.CopyToAsync(file, cancellationToken);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static void Print(Terminal terminal, IReadOnlyList<ImportedLayer> imported, bool json)
    {
        if (json)
        {
            terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(imported, ReadableJson.Indented.IReadOnlyListImportedLayer));
            return;
        }

        Table table = Terminal.Columns("LAYER VERSION", "SIZE", "SHA-256", "");
        foreach (ImportedLayer layer in imported)
        {
            table.AddRow(
                new Text(layer.LayerVersionArn), new Text(Sizes.Readable(layer.CodeSize)), new Text(layer.CodeSha256),
                new Text(layer.IsNew ? "imported" : "was here"));
        }

        terminal.Print(table);
    }
}
