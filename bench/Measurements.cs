namespace Lamina.Bench;

/// <summary>Lamina's own rows, by its HTTP API.</summary>
internal sealed class Measurements(LambdaApi api, BenchOptions options)
{
    /// <summary>Rounds before the one that counts: as many environments as there are callers take their time to start.</summary>
    private const int WarmUps = 2;

    private int _generation;

    /// <summary>Cold starts: each workload without layers, with three small ones, and with one that fills Lambda's limit.</summary>
    public async Task<IReadOnlyList<Row>> ColdStartsAsync(IReadOnlyList<Workload> workloads, byte[] largeLayer)
    {
        List<string> small = [];
        foreach (byte[] archive in Workload.SmallLayers())
        {
            small.Add(await api.PublishLayerAsync($"small-{small.Count}", archive));
        }

        string large = await api.PublishLayerAsync("large", largeLayer);
        (string Name, IReadOnlyList<string> Layers)[] stacks =
            [(Stacks.None, []), (Stacks.Small, small), (Stacks.Large, [large])];
        List<Row> rows = [];
        foreach (Workload workload in workloads)
        {
            List<(string Name, Func<Task<TimeSpan>> Act)> acts = [];
            foreach ((string stack, IReadOnlyList<string> layers) in stacks)
            {
                string function = $"cold-{workload.Runtime.Replace('.', '-')}-{acts.Count}";
                await api.CreateFunctionAsync(function, workload, layers);
                acts.Add(($"{workload.Name}, {stack}", () => ColdInvokeAsync(function)));
            }

            IReadOnlyList<Row> own = await Sample.InterleaveAsync("cold start", options.Repeats, acts);
            rows.AddRange(own);
            // What a layer costs at a start is the question: the start without one is a baseline too.
            rows.Add(own[0] with { Name = $"the same without layers: {workload.Name}", BaselineOf = $"{own[1].Name}|{own[2].Name}" });
        }

        return rows;
    }

    /// <summary>A version that differs in one file of 5,000, beside reading the zip and hashing it and all its entries.</summary>
    public async Task<IReadOnlyList<Row>> RePublishAsync(Func<byte[], Task<TimeSpan>> readAndHash)
    {
        int version = 0;
        byte[] archive = Workload.SimilarLayer(version);
        await api.PublishAsync("similar", LambdaApi.PublishRequest(archive));
        IReadOnlyList<Row> rows = await Sample.InterleaveAsync("re-publish", Math.Max(3, options.Repeats / 10),
        [
            ("45 MB, one file of 5,000 changed", () =>
            {
                archive = Workload.SimilarLayer(++version);
                byte[] request = LambdaApi.PublishRequest(archive);
                return Sample.TimeAsync(() => api.PublishAsync("similar", request));
            }),
            ("reading and hashing the zip and its entries", () => readAndHash(archive)),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }];
    }

    /// <summary>Disk space instead of time, in MB: versions that differ in one file of 5,000, beside one of them.</summary>
    public async Task<IReadOnlyList<Row>> StorageAsync()
    {
        const int Versions = 10;
        double before = await api.StoredMegabytesAsync();
        await PublishStoredAsync(0);
        double one = await api.StoredMegabytesAsync() - before;
        for (int version = 1; version < Versions; version++)
        {
            await PublishStoredAsync(version);
        }

        double all = await api.StoredMegabytesAsync() - before;
        return
        [
            new Row("storage, MB in place of ms", $"{Versions} versions of 45 MB, one file changed", all, all, null, null),
            new Row("storage, MB in place of ms", "one version", one, one, null, $"{Versions} versions of 45 MB, one file changed"),
        ];
    }

    /// <summary>Inspecting waits until the tree is there, so that it counts.</summary>
    private async Task PublishStoredAsync(int version)
    {
        // Of other content than the versions that other rows publish.
        await api.PublishAsync("stored", LambdaApi.PublishRequest(Workload.SimilarLayer(1_000 + version, otherwise: 7)));
        await api.InspectLayerAsync("stored", version + 1);
    }

    /// <summary>From CreateFunction until the function is active, with the large layer and without a layer.</summary>
    public async Task<IReadOnlyList<Row>> AttachAsync(Workload workload, string largeLayer)
    {
        int number = 0;
        async Task<TimeSpan> CreateAsync(IReadOnlyList<string> layers)
        {
            string name = $"attach-{++number}";
            TimeSpan taken = await Sample.TimeAsync(() => api.CreateFunctionAsync(name, workload, layers));
            await api.DeleteFunctionAsync(name);
            return taken;
        }

        IReadOnlyList<Row> rows = await Sample.InterleaveAsync("attach", options.Repeats,
        [
            ("250 MB layer, until the function is active", () => CreateAsync([largeLayer])),
            ("the same without a layer", () => CreateAsync([])),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }];
    }

    /// <summary>A page of a long list of functions, which are made first.</summary>
    public async Task<IReadOnlyList<Row>> ListAsync(Workload workload, int functions)
    {
        ParallelOptions eight = new() { MaxDegreeOfParallelism = 8 };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, functions), eight, async (number, _) => await api.CreateFunctionAsync($"listed-{number:00000}", workload, []));
        string? marker = null;
        return await Sample.InterleaveAsync("list", options.Repeats,
            [($"a page of 50 of {functions} functions", () => Sample.TimeAsync(async () => marker = await api.ListFunctionsAsync(marker)))]);
    }

    /// <summary>Publishing the large layer and a second version of it, each beside unpacking the same file.</summary>
    public async Task<IReadOnlyList<Row>> PublishAsync(byte[] largeLayer, Func<Task<TimeSpan>> unzip)
    {
        int rounds = Math.Max(1, options.Repeats / 10);
        IReadOnlyList<Row> rows = await Sample.InterleaveAsync("publish", rounds,
        [
            ("250 MB layer, until it is answered", () => Sample.TimeAsync(() => api.PublishLayerAsync("published", largeLayer))),
            ("unzip of the same file", unzip),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }];
    }

    /// <summary>The whole inspection of the large layer, as JSON on the client's side, beside a walk that only stats the same files.</summary>
    public async Task<IReadOnlyList<Row>> InspectAsync(string layer, Func<Task<TimeSpan>> walk)
    {
        await api.InspectLayerAsync(layer, 1);
        IReadOnlyList<Row> rows = await Sample.InterleaveAsync("inspect", options.Repeats,
        [
            ("250 MB layer, 20,000 files, warm", () => Sample.TimeAsync(() => api.InspectLayerAsync(layer, 1))),
            ("find -ls of the same tree", walk),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }];
    }

    /// <summary>Warm invocations: as many environments as there are callers, made before the clock runs.</summary>
    public async Task<IReadOnlyList<Row>> WarmInvocationsAsync(IReadOnlyList<Workload> workloads)
    {
        List<Row> rows = [];
        foreach (Workload workload in workloads)
        {
            string function = $"warm-{workload.Runtime.Replace('.', '-')}";
            await api.CreateFunctionAsync(function, workload, []);
            foreach (int callers in BenchOptions.Callers)
            {
                Row row = await LoadAsync(workload, function, callers);
                for (int round = 0; round < WarmUps; round++)
                {
                    await api.WaitForShellsAsync();
                    row = await LoadAsync(workload, function, callers);
                }

                rows.Add(row);
            }
        }

        return rows;
    }

    private Task<Row> LoadAsync(Workload workload, string function, int callers) =>
        Sample.LoadAsync("warm invocation", $"{workload.Name}, {callers} callers", null, callers, options.LoadTime, () => api.InvokeAsync(function));

    private async Task<TimeSpan> ColdInvokeAsync(string function)
    {
        await api.MakeColdAsync(function, ++_generation);
        await api.WaitForShellsAsync();
        return await Sample.TimeAsync(() => api.InvokeAsync(function));
    }
}

internal static class Stacks
{
    public const string None = "no layer";
    public const string Small = "3 small layers";
    public const string Large = "250 MB layer";
}
