using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Dev;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer dev</c>: functions see folders' present content in the place of published layers, until it ends.</summary>
internal static class DevLayers
{
    public static Verb Create(CliContext context)
    {
        var pairs = new Argument<string[]>("NAME DIR …")
        {
            Description = "A layer (name or ARN) and the folder that stands in for it; as many pairs as you like",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var list = new Option<bool>("--list") { Description = "Say which layers have a dev session, and which functions run on it" };
        var json = Json.Option();
        pairs.Validators.Add(result =>
        {
            int count = result.Tokens.Count;
            bool listing = result.Parent?.GetValue(list) ?? false;
            if (count % 2 != 0 || (count == 0 && !listing))
            {
                result.AddError("Say a layer's name and a folder, for example: lamina layer dev orders-common examples/orders/layers/common");
            }
        });
        var verb = new Verb(
            "dev",
            "Let functions see a folder's present content in place of a layer, without publishing, until Ctrl-C",
            "lamina layer dev orders-common examples/orders/layers/common",
            "lamina layer dev orders-common examples/orders/layers/common orders-config examples/orders/layers/config",
            "lamina layer dev --list")
        {
            pairs, list, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            DevLayerClient client = context.Client(parsed).DevLayers;
            if (parsed.GetValue(list))
            {
                Print(context.Terminal, await client.ListAsync(cancellationToken), parsed.GetValue(json));
                return 0;
            }

            await RunAsync(context, client, parsed.GetRequiredValue(pairs), cancellationToken);
            return 0;
        });
        return verb;
    }

    /// <summary>One session ends only when something is wrong with it, and then all do: half of them live would be a riddle.</summary>
    private static async Task RunAsync(CliContext context, DevLayerClient client, string[] pairs, CancellationToken cancellationToken)
    {
        DevLayerSession[] sessions = [.. pairs.Chunk(2).Select(
            pair => new DevLayerSession(client, context.Terminal, context.Time, pair[0], FolderOf(pair[1])))];
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. sessions.Select(session => session.RunAsync(others.Token))];
        Task first = await Task.WhenAny(running);
        await others.CancelAsync();
        await Task.WhenAll(running).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }

    private static string FolderOf(string path)
    {
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return folder.Exists
            ? folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName
            : throw new CliError("There is no such folder.", folder.FullName, "Check the path.");
    }

    private static void Print(Terminal terminal, IReadOnlyList<DevLayer> layers, bool json)
    {
        if (json)
        {
            terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(layers, ReadableJson.Indented.IReadOnlyListDevLayer));
            return;
        }

        if (layers.Count == 0)
        {
            terminal.Note("No layer has a dev session. Begin one: lamina layer dev NAME DIR");
            return;
        }

        Table table = Terminal.Columns("LAYER", "FOLDER", "SINCE", "SIZE", "FUNCTIONS");
        foreach (DevLayer layer in layers)
        {
            table.AddRow(
                new Text(layer.Layer),
                new Text(layer.Folder),
                new Text(layer.Since),
                new Text(Sizes.Readable(layer.UnzippedBytes)),
                new Text(string.Join(", ", layer.Functions)));
        }

        terminal.Print(table);
    }
}
