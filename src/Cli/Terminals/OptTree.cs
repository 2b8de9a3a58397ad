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

    public static void Print(Terminal terminal, IReadOnlyList<OptEntry> entries)
    {
        if (entries.Count == 0)
        {
            terminal.Note("/opt is empty: the function has no layers, or they hold nothing.");
            return;
        }

        ILookup<string, OptEntry> children = entries.ToLookup(entry => Parent(entry.Path), StringComparer.Ordinal);
        Table table = Terminal.Columns("PATH", "SIZE", "MODE", "LAYER", "SHADOWS");
        table.Columns[1].Alignment = Justify.Right;
        table.AddRow(new Text(Root), Text.Empty, Text.Empty, Text.Empty, Text.Empty);
        AddChildren(table, children, Root, string.Empty);
        terminal.Print(table);
        terminal.PrintLine(Totals(entries));
    }

    private static void AddChildren(Table table, ILookup<string, OptEntry> children, string folder, string indent)
    {
        OptEntry[] entries = [.. children[folder].OrderBy(entry => entry.Path, StringComparer.Ordinal)];
        for (int index = 0; index < entries.Length; index++)
        {
            bool last = index == entries.Length - 1;
            AddRow(table, entries[index], indent + (last ? "└── " : "├── "));
            if (entries[index].IsDirectory)
            {
                AddChildren(table, children, entries[index].Path, indent + (last ? "    " : "│   "));
            }
        }
    }

    private static void AddRow(Table table, OptEntry entry, string branch)
    {
        string name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
        string shown = entry.LinkTarget is null ? name : $"{name} -> {entry.LinkTarget}";
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

    private static string Parent(string path) => path[..path.LastIndexOf('/')];
}
