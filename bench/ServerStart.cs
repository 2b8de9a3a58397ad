using System.Diagnostics;

namespace Lamina.Bench;

/// <summary>From the command to the first answer, and what the idle server has in memory.</summary>
internal static class ServerStart
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(BenchOptions options, string repository, string scratch)
    {
        double[] starts = new double[Math.Max(3, options.Repeats / 3)], megabytes = new double[starts.Length];
        string build = "";
        for (int i = 0; i < starts.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await using LaminaServer server = await LaminaServer.StartAsync(repository, Path.Combine(scratch, $"{i}"));
            starts[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            await Task.Delay(Settling);
            build = server.IsNative ? "native build" : "ordinary build";
            megabytes[i] = server.ResidentBytes() / 1_000_000.0;
        }

        return
        [
            Sample.ToRow("server start", $"{build}: ./lamina up until it is ready", null, starts, perSecond: null),
            Sample.ToRow("server's memory, MB in place of ms", $"{build}: idle", null, megabytes, perSecond: null),
        ];
    }

    /// <summary>What a server that has just been started has in memory for each of many functions, in KB instead of time; and how long a page of them takes.</summary>
    public static async Task<IReadOnlyList<Row>> MeasureFullAsync(BenchOptions options, string repository, string folder, Workload workload)
    {
        int functions = options.Repeats * 334;
        IReadOnlyList<Row> pages;
        long empty;
        await using (LaminaServer server = await LaminaServer.StartAsync(repository, folder))
        {
            using HttpClient http = BenchOptions.NewClient(server.Address);
            empty = server.ResidentBytes();
            pages = await new Measurements(new LambdaApi(http), options).ListAsync(workload, functions);
        }

        await using LaminaServer again = await LaminaServer.StartAsync(repository, folder);
        double each = (again.ResidentBytes() - empty) / 1024.0 / functions;
        return [.. pages, new Row("memory, KB in place of ms", $"each of {functions} functions", each, each, null, null)];
    }
}
