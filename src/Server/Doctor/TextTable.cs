using System.Text;

namespace Lamina.Server.Doctor;

/// <summary>Columns as wide as their widest cell.</summary>
internal static class TextTable
{
    public static string Format(string[] header, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => rows.Append(header).Max(row => row[column].Length))];
        StringBuilder text = new();
        foreach (string[] row in rows.Prepend(header))
        {
            IEnumerable<string> cells = row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }
}
