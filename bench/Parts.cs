namespace Lamina.Bench;

/// <summary>What can be measured apart from the rest, in the order in which it is.</summary>
internal sealed class Parts(BenchOptions options, string repository, string scratch)
{
    private readonly Baselines _baselines = new(options, scratch);

    public async Task<List<Row>> MeasureAsync()
    {
        List<Row> rows = [];
        Workload[] workloads = await Workload.BuildAsync(scratch);
        if (options.Measures("machine"))
        {
            rows.AddRange(await MachineCosts.MeasureAsync(Folder("machine")));
        }

        if (options.Parts.Except(["machine", "sandboxes", "keep-alive", "server"]).Any())
        {
            await using LaminaServer server = await LaminaServer.StartAsync(repository, Folder("data"));
            using HttpClient http = BenchOptions.NewClient(server.Address);
            rows.AddRange(await MeasureAsync(server, http, workloads));
        }

        if (options.Measures("sandboxes"))
        {
            rows.AddRange(await Sandboxes.MeasureAsync(options, Folder("sandboxes")));
        }

        if (options.Measures("keep-alive"))
        {
            rows.AddRange(KeepAliveSimulation.Run());
        }

        if (options.Measures("server"))
        {
            rows.AddRange(await ServerStart.MeasureAsync(options, repository, Folder("starts")));
            rows.AddRange(await ServerStart.MeasureFullAsync(options, repository, Folder("many"), workloads[0]));
        }

        return rows;
    }

    private async Task<List<Row>> MeasureAsync(LaminaServer server, HttpClient http, Workload[] workloads)
    {
        LambdaApi api = new(http);
        List<Row> rows = [];
        Measurements measurements = new(api, options);
        byte[] largeLayer = options.Measures("cold") || options.Measures("layers") ? Workload.LargeLayer() : [];
        if (options.Measures("cold"))
        {
            rows.AddRange(await measurements.ColdStartsAsync(workloads, largeLayer));
            rows.AddRange(await _baselines.ColdStartsAsync(workloads, largeLayer));
        }

        if (options.Measures("first-lines"))
        {
            Workload[] clocks = await Workload.BuildClocksAsync(workloads, scratch);
            rows.AddRange(await new FirstLines(api, options).MeasureAsync(clocks, server.Runtimes, Folder("first")));
        }

        if (options.Measures("warm"))
        {
            rows.AddRange(await measurements.WarmInvocationsAsync(workloads));
            rows.AddRange(await _baselines.EchoAsync());
            rows.AddRange(await ThreeRequests.MeasureAsync(options, workloads[2], server.Runtimes, Folder("bare")));
        }

        if (options.Measures("burst"))
        {
            rows.AddRange(await new Bursts(api).MeasureAsync(workloads[0], Math.Max(1, options.Repeats / 10)));
        }

        if (options.Measures("imports"))
        {
            rows.AddRange(await new Imports(api, options).MeasureAsync(await ImportedLayer.FindAsync(repository, scratch)));
        }

        if (options.Measures("stack-caches"))
        {
            rows.AddRange(await new StackCaches(api, options, scratch).MeasureAsync());
        }

        if (options.Measures("layers"))
        {
            rows.AddRange(await LayersAsync(api, measurements, workloads[0], largeLayer));
        }

        if (options.Measures("stacks"))
        {
            rows.AddRange(await new WatchedStack(api, options, repository, Folder("watched"), server.Address).ChangeAsync());
            rows.AddRange(await new StackDeployments(http, options).CreateAsync());
            rows.AddRange(await new SamTemplates(options, scratch).TransformAsync());
        }

        return rows;
    }

    private async Task<List<Row>> LayersAsync(LambdaApi api, Measurements measurements, Workload workload, byte[] largeLayer)
    {
        string large = await api.PublishLayerAsync("inspected", largeLayer);
        string unpacked = await _baselines.UnpackAsync(largeLayer);
        return
        [
            .. await measurements.InspectAsync("inspected", () => Baselines.WalkAsync(unpacked)),
            .. await measurements.RePublishAsync(_baselines.ReadAndHashAsync),
            .. await measurements.StorageAsync(),
            .. await measurements.AttachAsync(workload, large),
            .. await measurements.PublishAsync(largeLayer, () => _baselines.UnzipAsync(largeLayer)),
        ];
    }

    private string Folder(string name) => Path.Combine(scratch, name);
}
