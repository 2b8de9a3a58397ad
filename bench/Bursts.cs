namespace Lamina.Bench;

/// <summary>Many functions, each called for the first time, all at once: what a deployment's first minute is like.</summary>
internal sealed class Bursts(LambdaApi api)
{
    private const int Functions = 100;

    private int _generation;

    /// <param name="workload">Of each of them.</param>
    public async Task<IReadOnlyList<Row>> MeasureAsync(Workload workload, int rounds)
    {
        ParallelOptions eight = new() { MaxDegreeOfParallelism = 8 };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Functions), eight, async (number, _) => await api.CreateFunctionAsync(NameOf(number), workload, []));
        List<double> times = [];
        for (int round = 0; round < rounds; round++)
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Functions), eight, async (number, _) => await api.MakeColdAsync(NameOf(number), ++_generation));
            await api.WaitForShellsAsync();
            TimeSpan[] taken = await Task.WhenAll(
                Enumerable.Range(0, Functions).Select(number => Sample.TimeAsync(() => api.InvokeAsync(NameOf(number)))));
            times.AddRange(taken.Select(static one => one.TotalMilliseconds));
        }

        return [Sample.ToRow("burst", $"{Functions} {workload.Name} functions, one cold call each, at once", null, [.. times], perSecond: null)];
    }

    private static string NameOf(int number) => $"burst-{number}";
}
