using System.Diagnostics;

namespace Lamina.Bench;

/// <summary>What one row of the table says. Times are of the whole act as its caller sees it.</summary>
/// <param name="BaselineOf">Names of the rows this one is a baseline of, separated by '|'; null for Lamina's own rows.</param>
internal sealed record Row(string Group, string Name, double P50Ms, double? P99Ms, double? PerSecond, string? BaselineOf)
{
    public bool IsBaselineOf(Row own) => own.Group == Group && BaselineOf is not null && BaselineOf.Split('|').Contains(own.Name);
}

/// <summary>Lamina's time over the baseline's: the one figure that a noisy machine leaves standing.</summary>
internal sealed record Ratio(string Row, string Baseline, double OfP50);

internal static class Sample
{
    /// <summary>Runs an act again and again, one at a time, after one run that does not count (unless it is to run only once).</summary>
    public static async Task<Row> RepeatAsync(string group, string name, string? baselineOf, int count, Func<Task<TimeSpan>> act)
    {
        if (count > 1)
        {
            await act();
        }

        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            times[i] = (await act()).TotalMilliseconds;
        }

        return ToRow(group, name, baselineOf, times, perSecond: null);
    }

    /// <summary>
    /// Runs several acts in turn, round after round, so that what else the machine does falls on all of them alike;
    /// the first round does not count.
    /// </summary>
    public static async Task<IReadOnlyList<Row>> InterleaveAsync(string group, int count, IReadOnlyList<(string Name, Func<Task<TimeSpan>> Act)> acts)
    {
        double[][] times = [.. acts.Select(_ => new double[count])];
        for (int round = -1; round < count; round++)
        {
            for (int i = 0; i < acts.Count; i++)
            {
                TimeSpan taken = await acts[i].Act();
                if (round >= 0)
                {
                    times[i][round] = taken.TotalMilliseconds;
                }
            }
        }

        return [.. acts.Select((act, i) => ToRow(group, act.Name, null, times[i], perSecond: null))];
    }

    /// <summary>Lets a number of callers do the act for a while, each as fast as it can.</summary>
    public static async Task<Row> LoadAsync(string group, string name, string? baselineOf, int callers, TimeSpan duration, Func<Task> act)
    {
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => act()));
        long start = Stopwatch.GetTimestamp();
        double[][] times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => CallAsync(start, duration, act)));
        double[] all = [.. times.SelectMany(static one => one)];
        return ToRow(group, name, baselineOf, all, all.Length / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public static async Task<TimeSpan> TimeAsync(Func<Task> act)
    {
        long start = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<double[]> CallAsync(long start, TimeSpan duration, Func<Task> act)
    {
        List<double> times = [];
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            times.Add((await TimeAsync(act)).TotalMilliseconds);
        }

        return [.. times];
    }

    public static Row ToRow(string group, string name, string? baselineOf, double[] times, double? perSecond)
    {
        Array.Sort(times);
        return new Row(group, name, At(times, 0.50), At(times, 0.99), perSecond, baselineOf);
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
