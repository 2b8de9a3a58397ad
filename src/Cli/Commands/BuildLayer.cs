using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lamina.Cli.Archives;
using Lamina.Cli.Builds;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer build</c>: a folder of manifests or files becomes a layer's zip, the same bytes for the same input.</summary>
internal static class BuildLayer
{
    public static Verb Create(CliContext context)
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "Folder with requirements.txt, package.json, pom.xml, jars, a Gemfile, or laid out as /opt",
        };
        var runtimes = Lists.Option("--runtime", "Runtimes that the layer is for, for example python3.11,nodejs20.x", "RUNTIME,…");
        var architecture = new Option<string>("--architecture") { Description = "x86_64 or arm64 (default: this machine's)", HelpName = "NAME" };
        architecture.DefaultValueFactory = _ => BuildArchitecture.ThisMachine.Name;
        var scripts = new Option<bool>("--allow-scripts") { Description = "Let npm packages run their install scripts" };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Where the zip goes (default, unless it is published: the folder's name with .zip)",
            HelpName = "FILE.zip",
        };
        var publish = new Option<string?>("--publish") { Description = "Publish it as the next version of this layer", HelpName = "NAME" };
        var skipUnchanged = new Option<bool>("--skip-unchanged")
        {
            Description = "With --publish: publish nothing when the content equals the newest version's",
        };
        var json = Json.Option();
        var verb = new Verb(
            "build",
            "Make a layer's zip of a folder, with the package managers of this machine; the same input gives the same bytes",
            "lamina layer build numpy --runtime python3.11 --output numpy.zip",
            "lamina layer build common --runtime python3.11,nodejs20.x --publish orders-common --skip-unchanged")
        {
            folder, runtimes, architecture, scripts, output, publish, skipUnchanged, json,
        };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            parsed,
            new Request(
                parsed.GetRequiredValue(folder), Lists.Of(parsed, runtimes), BuildArchitecture.Parse(parsed.GetRequiredValue(architecture)),
                parsed.GetValue(scripts), parsed.GetValue(output), parsed.GetValue(publish), parsed.GetValue(skipUnchanged), parsed.GetValue(json)),
            cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, Request request, CancellationToken cancellationToken)
    {
        var settings = new BuildSettings(
            [.. (request.Runtimes ?? []).Select(BuildRuntime.Parse)], request.Architecture, request.AllowScripts);
        byte[] archive = await new LayerBuild(context.Terminal).RunAsync(request.Folder, settings, cancellationToken);
        if (request.Layer is null)
        {
            string path = Path.GetFullPath(request.Output ?? DefaultFile(request.Folder));
            await WholeFile.WriteAsync(path, archive, cancellationToken);
            Print(context.Terminal, path, archive, request.Json);
            return 0;
        }

        if (request.Output is not null)
        {
            await WholeFile.WriteAsync(Path.GetFullPath(request.Output), archive, cancellationToken);
        }

        return await PublishLayer.PublishOrSkipAsync(
            context.Terminal,
            context.Client(parsed),
            new PublishLayer.Settings(
                request.Folder, request.Layer, Description: null, request.Runtimes, [request.Architecture.Name], License: null),
            archive,
            request.SkipUnchanged,
            request.Json,
            cancellationToken);
    }

    private static string DefaultFile(string folder) => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}.zip";

    private static void Print(Terminal terminal, string path, byte[] archive, bool json)
    {
        string digest = Convert.ToBase64String(SHA256.HashData(archive));
        if (json)
        {
            terminal.PrintJson(new JsonObject { ["Output"] = path, ["CodeSha256"] = digest, ["CodeSize"] = archive.Length });
            return;
        }

        terminal.PrintLine(path);
        terminal.Note($"{Sizes.Readable(archive.Length)}, CodeSha256 {digest}");
    }

    private sealed record Request(
        string Folder,
        IReadOnlyList<string>? Runtimes,
        BuildArchitecture Architecture,
        bool AllowScripts,
        string? Output,
        string? Layer,
        bool SkipUnchanged,
        bool Json);
}
