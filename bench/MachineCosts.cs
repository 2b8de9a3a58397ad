using System.Diagnostics;
using System.Globalization;

namespace Lamina.Bench;

/// <summary>
/// What this machine's kernel asks for what every start is made of. A virtual machine may ask ten times what another does: absolute times
/// are to be read beside these, and no sandbox can be made faster than its namespaces.
/// </summary>
internal static class MachineCosts
{
    private const string Group = "what this machine asks for";

    public static async Task<IReadOnlyList<Row>> MeasureAsync(string scratch)
    {
        string output = await Workload.RunAsync(await BuildAsync(scratch));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => ToRow(line.Split(' ', 3)))];
    }

    /// <summary>How often a second several processes make and end the namespaces of a sandbox, with nothing in them.</summary>
    public static async Task<double> NamespacesPerSecondAsync(string scratch, int processes, TimeSpan time)
    {
        string program = await BuildAsync(scratch);
        string seconds = time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        long start = Stopwatch.GetTimestamp();
        string[] counts = await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => Workload.RunAsync(program, seconds)));
        return counts.Sum(static count => int.Parse(count, CultureInfo.InvariantCulture)) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<string> BuildAsync(string scratch)
    {
        Directory.CreateDirectory(scratch);
        string program = Path.Combine(scratch, "costs");
        await Workload.RunAsync("cc", "-static", "-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "workloads", "costs.c"));
        return program;
    }

    private static Row ToRow(string[] words) =>
        new(Group, words[2], MillisecondsOf(words[0]), MillisecondsOf(words[1]), PerSecond: null, BaselineOf: null);

    private static double MillisecondsOf(string microseconds) => double.Parse(microseconds, CultureInfo.InvariantCulture) / 1000;
}
