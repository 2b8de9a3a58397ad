using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer diff</c>: what changes from one layer version to another, or to a folder or zip.</summary>
internal static class CompareLayers
{
    private const int ReadableRows = 100;

    public static Verb Create(CliContext context)
    {
        var from = new Argument<string>("NAME[:VERSION]") { Description = "Layer, layer version, or ARN of one" };
        var to = new Argument<string>("NAME[:VERSION]|DIR|ZIP") { Description = "Another one, or a folder or zip that is not published yet" };
        var all = InspectionOptions.All();
        var json = Json.Option();
        var verb = new Verb(
            "diff", "Print what was added, removed and changed between two layers, the largest change of size first",
            "lamina layer diff orders-common:1 orders-common:2", "lamina layer diff orders-common ./layer")
        {
            from, to, all, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LayerDifference difference = await CompareAsync(
                context.Terminal, context.Client(parsed), parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(difference, ReadableJson.Indented.LayerDifference));
            }
            else
            {
                Print(context.Terminal, difference, parsed.GetValue(all));
            }

            return 0;
        });
        return verb;
    }

    private static async Task<LayerDifference> CompareAsync(
        Terminal terminal, LambdaClient client, string from, string to, CancellationToken cancellationToken)
    {
        string before = (await InspectionOptions.ResolveAsync(client, from, cancellationToken)).ToString();
        if (!InspectionOptions.IsLocal(to))
        {
            LayerVersionArn after = await InspectionOptions.ResolveAsync(client, to, cancellationToken);
            return await terminal.WithProgressAsync("Comparing", () => client.CompareAsync(before, after.ToString(), cancellationToken));
        }

        byte[] archive = await terminal.WithProgressAsync($"Zipping {to}", () => FolderArchive.ReadAsync(to, cancellationToken));
        return await terminal.WithProgressAsync("Comparing", () => client.CompareAsync(before, archive, to, cancellationToken));
    }

    private static void Print(Terminal terminal, LayerDifference difference, bool all)
    {
        PathDifference[] paths =
        [
            .. difference.Added.Concat(difference.Removed).Concat(difference.Changed)
                .OrderByDescending(path => Math.Abs(Growth(path))).ThenBy(path => path.Path, StringComparer.Ordinal),
        ];
        Table table = Terminal.Columns(string.Empty, "PATH", "SIZE", "WAS", "CHANGE");
        foreach (int column in (int[])[2, 3])
        {
            table.Columns[column].Alignment = Justify.Right;
        }

        foreach (PathDifference path in all ? paths : paths.Take(ReadableRows))
        {
            (string sign, Color color) = path.From is null ? ("+", Color.Green) : path.To is null ? ("-", Color.Red) : ("~", Color.Yellow);
            table.AddRow(new Text(sign, new Style(color)), new Text(path.Path), Size(path.To), Size(path.From), new Text(What(path)));
        }

        if (paths.Length > 0)
        {
            terminal.Print(table);
        }

        if (!all && paths.Length > ReadableRows)
        {
            terminal.Note($"{paths.Length - ReadableRows} smaller changes are not shown; --all prints them.");
        }

        terminal.PrintLine(string.Create(
            CultureInfo.InvariantCulture,
            $"added: {difference.Added.Count}, removed: {difference.Removed.Count}, changed: {difference.Changed.Count}, unchanged files: {difference.UnchangedFiles}, bytes: {difference.FromBytes:N0} -> {difference.ToBytes:N0}"));
    }

    private static long Growth(PathDifference path) => (path.To?.SizeBytes ?? 0) - (path.From?.SizeBytes ?? 0);

    private static Text Size(DifferenceSide? side) =>
        side is null || string.Equals(side.Kind, "directory", StringComparison.Ordinal) ? Text.Empty : new Text(Sizes.Readable(side.SizeBytes));

    private static string What(PathDifference path)
    {
        if (path.From is not { } from || path.To is not { } to)
        {
            return path.From?.Kind ?? path.To?.Kind ?? string.Empty;
        }

        string modes = from.Mode == to.Mode
            ? string.Empty
            : $"mode {Convert.ToString(from.Mode, 8)} -> {Convert.ToString(to.Mode, 8)}";
        string content = !string.Equals(from.Kind, to.Kind, StringComparison.Ordinal) ? $"{from.Kind} -> {to.Kind}"
            : !string.Equals(from.LinkTarget, to.LinkTarget, StringComparison.Ordinal) ? $"{from.LinkTarget} -> {to.LinkTarget}"
            : from.SizeBytes != to.SizeBytes || modes.Length == 0 ? "content" : string.Empty;
        return string.Join(", ", new[] { content, modes }.Where(part => part.Length > 0));
    }
}
