using Lamina.Bench;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

// 1. The workloads and the large layer are made once; 2. baselines and Lamina are measured one after the other, never at the
// same time; 3. the table puts them side by side.
// bench.sh says where the repository is; without it the current folder is.
string repository = Environment.GetEnvironmentVariable("LAMINA_HOME") ?? Environment.CurrentDirectory;
string scratch = Directory.CreateTempSubdirectory("lamina-bench-").FullName;
try
{
    if (options.KeepAliveOnly)
    {
        Write(options, KeepAliveSimulation.Run());
        return 0;
    }

    if (options.ImportsOnly)
    {
        await using LaminaServer alone = await LaminaServer.StartAsync(repository, Path.Combine(scratch, "data"));
        using HttpClient client = BenchOptions.NewClient(alone.Address);
        Write(options, await new Imports(new LambdaApi(client), options).MeasureAsync(await ImportedLayer.FindAsync(repository, scratch)));
        return 0;
    }

    Workload[] workloads = await Workload.BuildAsync(scratch);
    byte[] largeLayer = Workload.LargeLayer();
    Baselines baselines = new(options, scratch);
    List<Row> rows = [.. await baselines.ColdStartsAsync(workloads, largeLayer), .. await baselines.EchoAsync()];
    if (!options.BaselinesOnly)
    {
        await using LaminaServer server = await LaminaServer.StartAsync(repository, Path.Combine(scratch, "data"));
        using HttpClient http = BenchOptions.NewClient(server.Address);
        Measurements measurements = new(new LambdaApi(http), options);
        rows.InsertRange(0, await measurements.ColdStartsAsync(workloads, largeLayer));
        rows.AddRange(await measurements.WarmInvocationsAsync(workloads));
        string unpacked = await baselines.UnpackAsync(largeLayer);
        rows.AddRange(await new Imports(new LambdaApi(http), options).MeasureAsync(await ImportedLayer.FindAsync(repository, scratch)));
        rows.AddRange(await measurements.InspectAsync(() => Baselines.WalkAsync(unpacked)));
        rows.AddRange(await measurements.RePublishAsync(baselines.ReadAndHashAsync));
        rows.AddRange(await measurements.StorageAsync());
        rows.AddRange(await measurements.AttachAsync(workloads[0], "arn:aws:lambda:us-east-1:000000000000:layer:large:1"));
        rows.AddRange(await measurements.PublishAsync(largeLayer, () => baselines.UnzipAsync(largeLayer)));
        rows.AddRange(await new WatchedStack(new LambdaApi(http), options, repository, Path.Combine(scratch, "watched"), server.Address).ChangeAsync());
        rows.AddRange(await new SamTemplates(options, scratch).TransformAsync());
        rows.AddRange(KeepAliveSimulation.Run());
        await server.DisposeAsync();
        rows.AddRange(await ManyFunctionsAsync(options, repository, Path.Combine(scratch, "many"), workloads[0]));
    }

    Write(options, rows);
    return 0;
}
finally
{
    Directory.Delete(scratch, recursive: true);
}

static void Write(BenchOptions options, IReadOnlyList<Row> rows)
{
    if (options.Json)
    {
        Report.WriteJson(Console.Out, rows);
    }
    else
    {
        Report.WriteTable(Console.Out, rows);
    }
}

// What a server that has just been started has in memory for each of many functions, in KB instead of time; and how long a page of them takes.
static async Task<IReadOnlyList<Row>> ManyFunctionsAsync(BenchOptions options, string repository, string folder, Workload workload)
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
