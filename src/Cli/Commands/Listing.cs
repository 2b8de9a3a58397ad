using Lamina.Cli.Terminals;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary>A list for people: a table, or what to do when there is nothing in it.</summary>
internal static class Listing
{
    /// <param name="hint">Said in place of an empty table.</param>
    public static void Print<T>(Terminal terminal, IReadOnlyList<T> items, string hint, string[] columns, Func<T, string?[]> cellsOf)
    {
        if (items.Count == 0)
        {
            terminal.Note(hint);
            return;
        }

        Table table = Terminal.Columns(columns);
        foreach (T item in items)
        {
            table.AddRow([.. cellsOf(item).Select(static cell => new Text(cell ?? string.Empty))]);
        }

        terminal.Print(table);
    }
}
