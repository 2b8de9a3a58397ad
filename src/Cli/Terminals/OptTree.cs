using System.Globalization;
using Lamina.Cli.Commands;
using Lamina.Cli.Lambda;
using Spectre.Console;

namespace Lamina.Cli.Terminals;

/// <summary>
/// The merged /opt as a tree:
/// <code>
/// /opt
/// ├── config
/// │   └── orders.json   98 B   -rw-r--r--   orders-config:1   orders-common:1
/// </code>
/// </summary>
internal static class OptTree
{
    private const string Root = "/opt";

    /// <param name="all">Open every folder, however many there are.</param>
    public static void Print(Terminal terminal, IReadOnlyList<OptEntry> entries, bool all)
    {
        if (entries.Count == 0)
        {
            terminal.Note("/opt is empty: there are no layers, or they hold nothing.");
            return;
        }

        var tree = new FoldedTree(entries, Root, all);
        Table table = Terminal.Columns("PATH", "SIZE", "MODE", "LAYER", "SHADOWS");
        table.Columns[1].Alignment = Justify.Right;
        table.AddRow(new Text(Root), Text.Empty, Text.Empty, Text.Empty, Text.Empty);
        AddChildren(table, tree, Root, string.Empty);
        terminal.Print(table);
        if (entries.Any(entry => entry.IsDirectory && !tree.IsOpen(entry.Path)))
        {
            terminal.Note("Large folders are folded; --all opens them.");
        }

        terminal.PrintLine(Totals(entries));
    }

    private static void AddChildren(Table table, FoldedTree tree, string folder, string indent)
    {
        OptEntry[] entries = tree.Children(folder);
        for (int index = 0; index < entries.Length; index++)
        {
            bool last = index == entries.Length - 1;
            OptEntry entry = entries[index];
            bool folded = entry.IsDirectory && !tree.IsOpen(entry.Path);
            AddRow(table, entry, indent + (last ? "└── " : "├── "), folded ? $"/… {tree.Contents(entry.Path)}" : string.Empty);
            if (entry.IsDirectory && !folded)
            {
                AddChildren(table, tree, entry.Path, indent + (last ? "    " : "│   "));
            }
        }
    }

    private static void AddRow(Table table, OptEntry entry, string branch, string folded)
    {
        string name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
        string shown = entry.LinkTarget is null ? name + folded : $"{name} -> {entry.LinkTarget}";
        Style style = entry.IsDirectory ? new Style(Color.Blue) : entry.IsSymlink ? new Style(Color.Aqua) : Style.Plain;
        table.AddRow(
            new Paragraph(branch, new Style(Color.Grey)).Append(shown, style),
            new Text(entry.IsDirectory ? string.Empty : Sizes.Readable(entry.SizeBytes)),
            new Text(Mode(entry)),
            new Text(LayerNames.Short(entry.Layer)),
            new Text(string.Join(", ", entry.Shadows.Select(LayerNames.Short)), new Style(Color.Yellow)));
    }

    /// <summary>As <c>ls -l</c> writes it.</summary>
    private static string Mode(OptEntry entry)
    {
        const string Letters = "rwxrwxrwx";
        Span<char> text = stackalloc char[10];
        text[0] = entry.IsDirectory ? 'd' : entry.IsSymlink ? 'l' : '-';
        for (int bit = 0; bit < Letters.Length; bit++)
        {
            text[bit + 1] = (entry.Mode & (1 << (Letters.Length - 1 - bit))) != 0 ? Letters[bit] : '-';
        }

        return text.ToString();
    }

    private static string Totals(IReadOnlyList<OptEntry> entries)
    {
        int directories = entries.Count(entry => entry.IsDirectory);
        int symlinks = entries.Count(entry => entry.IsSymlink);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"files: {entries.Count - directories - symlinks}, folders: {directories}, symlinks: {symlinks}, bytes: {entries.Where(entry => !entry.IsDirectory).Sum(entry => entry.SizeBytes):N0}, "
            + $"paths that shadow another layer's: {entries.Count(entry => entry.Shadows.Count > 0)}");
    }
}
