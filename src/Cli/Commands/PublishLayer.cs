using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer publish</c>: a folder or zip becomes the next version of a layer; prints the version's ARN.</summary>
internal static class PublishLayer
{
    public static Verb Create(CliContext context)
    {
        var content = new Argument<string>("DIR|ZIP") { Description = "Folder to zip, or a zip file; its root is what /opt shows" };
        var name = new Option<string>("--name") { Description = "Name of the layer (default: the folder's or zip's name)", HelpName = "NAME" };
        var description = new Option<string?>("--description") { Description = "What it is, up to 256 characters", HelpName = "TEXT" };
        var runtimes = Lists.Option("--runtimes", "Runtimes it is meant for, with commas between", "RUNTIME,…");
        var architectures = Lists.Option("--architectures", "x86_64, arm64 or both", "ARCHITECTURE,…");
        var license = new Option<string?>("--license") { Description = "SPDX identifier, address or text of its licence", HelpName = "TEXT" };
        var json = Json.Option();
        name.DefaultValueFactory = result =>
            result.Parent is { } parent ? Path.GetFileNameWithoutExtension(Path.GetFullPath(parent.GetValue(content) ?? ".")) : string.Empty;

        var verb = new Verb(
            "publish",
            "Publish a folder or zip as the next version of a layer",
            "lamina layer publish examples/orders/layers/common --name orders-common --runtimes python3.11,nodejs20.x",
            "lamina layer publish numpy.zip --name numpy --license BSD-3-Clause")
        {
            content, name, description, runtimes, architectures, license, json,
        };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context.Terminal,
            context.Client(parsed),
            new Settings(
                parsed.GetRequiredValue(content), parsed.GetRequiredValue(name), parsed.GetValue(description),
                Lists.Of(parsed, runtimes), Lists.Of(parsed, architectures), parsed.GetValue(license)),
            parsed.GetValue(json),
            cancellationToken));
        return verb;
    }

    public static async Task<PublishLayerVersionResponse> PublishAsync(
        Terminal terminal, LambdaClient client, Settings settings, CancellationToken cancellationToken)
    {
        byte[] archive = await terminal.WithProgressAsync(
            $"Zipping {settings.Content}", () => FolderArchive.ReadAsync(settings.Content, cancellationToken));
        var request = new PublishLayerVersionRequest
        {
            Description = settings.Description,
            Content = new LayerVersionContentInput { ZipFile = archive },
            CompatibleRuntimes = settings.Runtimes,
            CompatibleArchitectures = settings.Architectures,
            LicenseInfo = settings.License,
        };
        return await terminal.WithProgressAsync(
            $"Publishing {settings.Name} ({Sizes.Readable(archive.Length)})",
            () => client.PublishLayerVersionAsync(settings.Name, request, cancellationToken));
    }

    private static async Task<int> RunAsync(
        Terminal terminal, LambdaClient client, Settings settings, bool json, CancellationToken cancellationToken)
    {
        PublishLayerVersionResponse published = await PublishAsync(terminal, client, settings, cancellationToken);
        if (json)
        {
            terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(published, ReadableJson.Indented.PublishLayerVersionResponse));
            return 0;
        }

        terminal.PrintLine(published.LayerVersionArn ?? string.Empty);
        return 0;
    }

    internal sealed record Settings(
        string Content,
        string Name,
        string? Description,
        IReadOnlyList<string>? Runtimes,
        IReadOnlyList<string>? Architectures,
        string? License);
}
