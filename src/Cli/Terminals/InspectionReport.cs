using System.Globalization;
using Lamina.Cli.Commands;
using Lamina.Cli.Lambda;
using Spectre.Console;

namespace Lamina.Cli.Terminals;

/// <summary>Totals against Lambda's limit, and findings, for people.</summary>
internal static class InspectionReport
{
    private const int BarWidth = 24;

    /// <summary>Of one kind of finding so many paths are printed; the rest is counted.</summary>
    private const int PathsPerCode = 10;

    public static void PrintTotals(Terminal terminal, Inspection inspection)
    {
        Table table = Terminal.Columns("SOURCE", "FILES", "SEEN", "SIZE", "OF THE LIMIT", string.Empty);
        foreach (int column in (int[])[1, 2, 3, 4])
        {
            table.Columns[column].Alignment = Justify.Right;
        }

        foreach (SourceTotal source in inspection.Sources)
        {
            string name = string.Equals(source.Kind, "code", StringComparison.Ordinal) ? "the function's code" : LayerNames.Short(source.Source);
            AddRow(table, inspection, name, source.Files, source.SeenFiles, source.UnzippedBytes);
        }

        if (inspection.Sources.Count > 1)
        {
            AddRow(table, inspection, "all", inspection.Sources.Sum(s => s.Files), inspection.Sources.Sum(s => s.SeenFiles), inspection.UnzippedBytes);
        }

        terminal.Print(table);
    }

    public static void PrintFindings(Terminal terminal, Inspection inspection, bool all)
    {
        foreach (IGrouping<string, Finding> group in inspection.Findings.GroupBy(finding => finding.Code, StringComparer.Ordinal))
        {
            Finding[] findings = [.. group];
            Finding[] shown = all ? findings : [.. findings.Take(PathsPerCode)];
            foreach (Finding finding in shown)
            {
                Color color = finding.IsError ? Color.Red : finding.IsWarning ? Color.Yellow : Color.Grey;
                terminal.Out.Write(new Text(finding.Severity, new Style(color)));
                terminal.Out.WriteLine($" {finding.Path}  [{finding.Code}, {string.Join(", ", finding.Sources.Select(LayerNames.Short))}]");
                terminal.Out.WriteLine($"  {finding.Message}");
            }

            if (findings.Length > shown.Length)
            {
                terminal.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  … and {findings.Length - shown.Length} more [{group.Key}]; --all prints them"));
            }
        }

        terminal.PrintLine(Summary(inspection));
    }

    /// <summary>1 for CI when something may not work or may surprise; advice is no reason to fail.</summary>
    public static int ExitCode(Inspection inspection, bool strict) =>
        strict && inspection.Findings.Any(finding => finding.IsError || finding.IsWarning) ? 1 : 0;

    public static string Summary(Inspection inspection)
    {
        int errors = inspection.Findings.Count(finding => finding.IsError);
        int warnings = inspection.Findings.Count(finding => finding.IsWarning);
        return string.Create(
            CultureInfo.InvariantCulture, $"errors: {errors}, warnings: {warnings}, advice: {inspection.Findings.Count - errors - warnings}");
    }

    private static void AddRow(Table table, Inspection inspection, string name, int files, int seen, long bytes)
    {
        double share = (double)bytes / inspection.LimitBytes;
        int filled = Math.Clamp((int)Math.Round(share * BarWidth), 0, BarWidth);
        table.AddRow(
            new Text(name),
            new Text(files.ToString(CultureInfo.InvariantCulture)),
            new Text(seen.ToString(CultureInfo.InvariantCulture)),
            new Text(string.Create(CultureInfo.InvariantCulture, $"{bytes:N0}")),
            new Text(string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %")),
            new Text(new string('█', filled) + new string('░', BarWidth - filled), new Style(share > 1 ? Color.Red : Color.Green)));
    }
}
