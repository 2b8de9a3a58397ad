using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;
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
        var skipUnchanged = new Option<bool>("--skip-unchanged")
        {
            Description = "Publish nothing when the content equals the newest version's, and print that version's ARN",
        };
        var json = Json.Option();
        name.DefaultValueFactory = result =>
            result.Parent is { } parent ? Path.GetFileNameWithoutExtension(Path.GetFullPath(parent.GetValue(content) ?? ".")) : string.Empty;

        var verb = new Verb(
            "publish",
            "Publish a folder or zip as the next version of a layer",
            "lamina layer publish examples/orders/layers/common --name orders-common --runtimes python3.11,nodejs20.x",
            "lamina layer publish numpy.zip --name numpy --license BSD-3-Clause --skip-unchanged")
        {
            content, name, description, runtimes, architectures, license, skipUnchanged, json,
        };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context.Terminal,
            context.Client(parsed),
            new Settings(
                parsed.GetRequiredValue(content), parsed.GetRequiredValue(name), parsed.GetValue(description),
                Lists.Of(parsed, runtimes), Lists.Of(parsed, architectures), parsed.GetValue(license)),
            parsed.GetValue(skipUnchanged),
            parsed.GetValue(json),
            cancellationToken));
        return verb;
    }

    public static async Task<PublishLayerVersionResponse> PublishAsync(
        Terminal terminal, LambdaClient client, Settings settings, CancellationToken cancellationToken)
    {
        byte[] archive = await ReadAsync(terminal, settings, cancellationToken);
        return await PublishAsync(terminal, client, settings, archive, cancellationToken);
    }

    private static async Task<int> RunAsync(
        Terminal terminal, LambdaClient client, Settings settings, bool skipUnchanged, bool json, CancellationToken cancellationToken)
    {
        byte[] archive = await ReadAsync(terminal, settings, cancellationToken);
        return await PublishOrSkipAsync(terminal, client, settings, archive, skipUnchanged, json, cancellationToken);
    }

    /// <summary>Says when the content is that of the newest version already, and publishes nothing then if so told.</summary>
    public static async Task<int> PublishOrSkipAsync(
        Terminal terminal, LambdaClient client, Settings settings, byte[] archive, bool skipUnchanged, bool json, CancellationToken cancellationToken)
    {
        if (archive.Length > Limits.ZippedUploadBytes)
        {
            throw FolderArchive.TooLarge(settings.Content, "zipped", archive.Length, Limits.ZippedUploadBytes);
        }

        GetLayerVersionResponse? newest = await client.FindNewestLayerVersionAsync(settings.Name, cancellationToken);
        bool unchanged = newest?.Content?.CodeSha256 == Convert.ToBase64String(SHA256.HashData(archive));
        if (unchanged)
        {
            string same = $"The content equals {LayerNames.Short(newest!.LayerVersionArn)}{OtherwiseDifferent(settings, newest)}";
            terminal.Note(skipUnchanged ? $"{same}; nothing is published." : $"{same}.");
        }

        PublishLayerVersionResponse answer = unchanged && skipUnchanged
            ? AsPublished(newest!)
            : await PublishAsync(terminal, client, settings, archive, cancellationToken);
        Print(terminal, answer, published: !(unchanged && skipUnchanged), json);
        return 0;
    }

    private static Task<byte[]> ReadAsync(Terminal terminal, Settings settings, CancellationToken cancellationToken) =>
        terminal.WithProgressAsync($"Zipping {settings.Content}", () => FolderArchive.ReadAsync(settings.Content, cancellationToken));

    private static Task<PublishLayerVersionResponse> PublishAsync(
        Terminal terminal, LambdaClient client, Settings settings, byte[] archive, CancellationToken cancellationToken)
    {
        var request = new PublishLayerVersionRequest
        {
            Description = settings.Description,
            Content = new LayerVersionContentInput { ZipFile = archive },
            CompatibleRuntimes = settings.Runtimes,
            CompatibleArchitectures = settings.Architectures,
            LicenseInfo = settings.License,
        };
        return terminal.WithProgressAsync(
            $"Publishing {settings.Name} ({Sizes.Readable(archive.Length)})",
            () => client.PublishLayerVersionAsync(settings.Name, request, cancellationToken));
    }

    /// <summary>In the shape of a publication, plus whether it was one.</summary>
    private static void Print(Terminal terminal, PublishLayerVersionResponse answer, bool published, bool json)
    {
        if (!json)
        {
            terminal.PrintLine(answer.LayerVersionArn ?? string.Empty);
            return;
        }

        JsonObject shown = JsonSerializer.SerializeToNode(answer, ReadableJson.Indented.PublishLayerVersionResponse)!.AsObject();
        shown["Published"] = published;
        terminal.PrintJson(shown);
    }

    /// <summary>What is asked for beside the content and would be another in a new version; nothing when it was not asked for.</summary>
    private static string OtherwiseDifferent(Settings settings, GetLayerVersionResponse newest)
    {
        string[] different = [.. new (string Name, bool Differs)[]
        {
            ("description", settings.Description is { } description && description != newest.Description),
            ("runtimes", settings.Runtimes is { } runtimes && !Same(runtimes, newest.CompatibleRuntimes)),
            ("architectures", settings.Architectures is { } architectures && !Same(architectures, newest.CompatibleArchitectures)),
            ("license", settings.License is { } license && license != newest.LicenseInfo),
        }.Where(static part => part.Differs).Select(static part => part.Name)];
        return different.Length == 0 ? string.Empty : $", only its {string.Join(", ", different)} would be new";
    }

    private static bool Same(IReadOnlyList<string> asked, IReadOnlyList<string>? present) => asked.ToHashSet().SetEquals(present ?? []);

    private static PublishLayerVersionResponse AsPublished(GetLayerVersionResponse version) => new()
    {
        Content = version.Content,
        LayerArn = version.LayerArn,
        LayerVersionArn = version.LayerVersionArn,
        Description = version.Description,
        CreatedDate = version.CreatedDate,
        Version = version.Version,
        CompatibleArchitectures = version.CompatibleArchitectures,
        CompatibleRuntimes = version.CompatibleRuntimes,
        LicenseInfo = version.LicenseInfo,
    };

    internal sealed record Settings(
        string Content,
        string Name,
        string? Description,
        IReadOnlyList<string>? Runtimes,
        IReadOnlyList<string>? Architectures,
        string? License);
}
