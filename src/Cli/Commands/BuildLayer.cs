using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
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
        var output = new Option<string?>("--output", "-o") { Description = "Where the zip goes (default, unless published: the folder's name.zip)", HelpName = "FILE.zip" };
        var publish = new Option<string?>("--publish") { Description = "Publish it as the next version of this layer", HelpName = "NAME" };
        var skipUnchanged = new Option<bool>("--skip-unchanged") { Description = "With --publish: publish nothing when the content equals the newest version's" };
        var json = Json.Option();
        var verb = new Verb(
            "build",
            "Make a layer's zip of a folder, with the package managers of this machine; the same input gives the same bytes",
            "lamina layer build numpy --runtime python3.11 --output numpy.zip",
            "lamina layer build common --runtime python3.11,nodejs20.x --publish orders-common --skip-unchanged")
        {
            folder, runtimes, architecture, scripts, output, publish, skipUnchanged, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string source = parsed.GetRequiredValue(folder);
            IReadOnlyList<string>? runtimeIds = Lists.Of(parsed, runtimes);
            var settings = new BuildSettings(
                [.. (runtimeIds ?? []).Select(BuildRuntime.Parse)],
                BuildArchitecture.Parse(parsed.GetRequiredValue(architecture)),
                parsed.GetValue(scripts));
            byte[] archive = await new LayerBuild(context.Terminal).RunAsync(source, settings, cancellationToken);
            string? name = parsed.GetValue(publish);
            if (parsed.GetValue(output) is { } file || name is null)
            {
                await WriteAsync(context.Terminal, parsed.GetValue(output) ?? DefaultFile(source), archive, name is null, parsed.GetValue(json), cancellationToken);
            }

            return name is null ? 0 : await PublishLayer.PublishOrSkipAsync(
                context.Terminal,
                context.Client(parsed),
                new PublishLayer.Settings(source, name, null, runtimeIds, [settings.Architecture.Name], null),
                archive,
                parsed.GetValue(skipUnchanged),
                parsed.GetValue(json),
                cancellationToken);
        });
        return verb;
    }

    private static string DefaultFile(string folder) => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}.zip";

    /// <summary>Whole under its name or not at all: the former file stays until the new one is.</summary>
    private static async Task WriteAsync(
        Terminal terminal, string file, byte[] archive, bool print, bool json, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(file);
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await File.WriteAllBytesAsync(unfinished, archive, cancellationToken);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }

        string digest = Convert.ToBase64String(SHA256.HashData(archive));
        if (print && json)
        {
            terminal.PrintJson(new JsonObject { ["Output"] = path, ["CodeSha256"] = digest, ["CodeSize"] = archive.Length });
            return;
        }

        terminal.Note($"{path}: {Sizes.Readable(archive.Length)}, CodeSha256 {digest}");
        if (print)
        {
            terminal.PrintLine(path);
        }
    }
}
