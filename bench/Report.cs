using System.Globalization;
using System.Text.Json;

namespace Lamina.Bench;

internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void WriteJson(TextWriter output, IReadOnlyList<Row> rows) =>
        output.WriteLine(JsonSerializer.Serialize(new { cores = Environment.ProcessorCount, rows }, Indented));

    /// <summary>Baselines stand below what they are to be compared with.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<Row> rows)
    {
        int width = rows.Max(static row => row.Name.Length) + 4;
        foreach (IGrouping<string, Row> group in rows.GroupBy(static row => row.Group))
        {
            output.WriteLine();
            output.WriteLine(group.Key.PadRight(width) + "   p50 ms    p99 ms     per s");
            foreach (Row row in group.OrderBy(row => Rank(group, row)))
            {
                string name = (row.BaselineOf is null ? "  " : "    ") + row.Name;
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{name.PadRight(width)}{row.P50Ms,9:0.00} {row.P99Ms,9:0.00} {row.PerSecond,9:0}"));
            }
        }
    }

    private static int Rank(IEnumerable<Row> group, Row row)
    {
        string[] own = [.. group.Where(static one => one.BaselineOf is null).Select(static one => one.Name)];
        int rank = Array.IndexOf(own, row.BaselineOf ?? row.Name);
        return rank < 0 ? int.MaxValue : (2 * rank) + (row.BaselineOf is null ? 0 : 1);
    }
}
