using System.Globalization;
using System.Text.Json;

namespace Lamina.Bench;

internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void WriteJson(TextWriter output, IReadOnlyList<Row> rows) =>
        output.WriteLine(JsonSerializer.Serialize(new { cores = Environment.ProcessorCount, rows, ratios = Ratios(rows) }, Indented));

    /// <summary>Each row of ours with the baselines below it; a baseline's last column is our time over its.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<Row> rows)
    {
        int width = rows.Max(static row => row.Name.Length) + 4;
        foreach (IGrouping<string, Row> group in rows.GroupBy(static row => row.Group))
        {
            output.WriteLine();
            output.WriteLine(group.Key.PadRight(width) + "   p50 ms    p99 ms     per s   ours ÷ it");
            foreach (Row own in group.Where(static row => row.BaselineOf is null))
            {
                WriteRow(output, width, "  ", own, ratio: null);
                foreach (Row baseline in group.Where(row => row.IsBaselineOf(own)))
                {
                    WriteRow(output, width, "    ", baseline, own.P50Ms / baseline.P50Ms);
                }
            }

            foreach (Row alone in group.Where(row => row.BaselineOf is not null && !group.Any(row.IsBaselineOf)))
            {
                WriteRow(output, width, "    ", alone, ratio: null);
            }
        }
    }

    private static void WriteRow(TextWriter output, int width, string indent, Row row, double? ratio) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{(indent + row.Name).PadRight(width)}{Shown(row.P50Ms),9} {Shown(row.P99Ms),9} {row.PerSecond,9:0} {ratio,11:0.000}").TrimEnd());

    private static string Shown(double? milliseconds) => milliseconds?.ToString(milliseconds < 0.1 ? "0.0000" : "0.00", CultureInfo.InvariantCulture) ?? "";

    private static IReadOnlyList<Ratio> Ratios(IReadOnlyList<Row> rows) =>
    [
        .. from own in rows
           where own.BaselineOf is null
           from baseline in rows
           where baseline.IsBaselineOf(own)
           select new Ratio(own.Name, baseline.Name, own.P50Ms / baseline.P50Ms),
    ];
}
