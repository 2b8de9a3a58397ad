namespace Lamina.Bench;

/// <summary>The same callers and the same runtime, the static one, as processes of the machine's, around a Kestrel that does nothing besides.</summary>
internal static class ThreeRequests
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(BenchOptions options, Workload workload, string runtimes, string scratch)
    {
        List<Row> rows = [];
        foreach (int callers in BenchOptions.Callers)
        {
            await using BareRuntimeApi bare = await BareRuntimeApi.StartAsync();
            using HttpClient http = BenchOptions.NewClient(bare.Address);
            LambdaApi api = new(http);
            List<FreshProcess> workers = [];
            try
            {
                for (int i = 0; i < callers; i++)
                {
                    workers.Add(FreshProcess.Of(workload, runtimes, Directory.CreateDirectory(Path.Combine(scratch, $"{callers}-{i}")).FullName));
                    workers[^1].Start(bare);
                }

                rows.Add(await Sample.LoadAsync(
                    "warm invocation", $"its three requests at a bare Kestrel, {callers} callers", $"{workload.Name}, {callers} callers", callers, options.LoadTime,
                    () => api.InvokeAsync("bare")));
            }
            finally
            {
                workers.ForEach(static worker => worker.Dispose());
            }
        }

        return rows;
    }
}
