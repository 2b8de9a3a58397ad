using System.Diagnostics;
using System.Globalization;

namespace Lamina.Bench;

/// <summary>
/// How long a request takes to the first line of a handler (of a custom runtime: of its program) in a sandbox that waits, and how long its
/// caller waits for the answer. Functions answer with the clock they read there: CLOCK_MONOTONIC, which is Stopwatch's.
/// </summary>
internal sealed class FirstLines(LambdaApi api, BenchOptions options)
{
    private const string Group = "first line, pooled, 3 small layers";

    private int _generation;

    public async Task<IReadOnlyList<Row>> MeasureAsync(IReadOnlyList<Workload> workloads, string runtimes, string scratch)
    {
        List<string> layers = [];
        foreach (byte[] archive in Workload.SmallLayers())
        {
            layers.Add(await api.PublishLayerAsync($"first-{layers.Count}", archive));
        }

        List<Row> rows = [];
        await using BareRuntimeApi bare = await BareRuntimeApi.StartAsync();
        foreach (Workload workload in workloads)
        {
            string function = $"first-{rows.Count}";
            await api.CreateFunctionAsync(function, workload, layers);
            using FreshProcess fresh = FreshProcess.Of(workload, runtimes, Directory.CreateDirectory(Path.Combine(scratch, function)).FullName);
            rows.AddRange(await MeasureAsync(workload.Name, function, () => fresh.ReachAsync(bare)));
        }

        return rows;
    }

    private async Task<IReadOnlyList<Row>> MeasureAsync(string name, string function, Func<Task<TimeSpan>> fresh)
    {
        double[] reached = new double[options.Repeats], answered = new double[options.Repeats], baseline = new double[options.Repeats];
        for (int round = -1; round < options.Repeats; round++)
        {
            await api.MakeColdAsync(function, ++_generation);
            await api.WaitForShellsAsync();
            long start = Stopwatch.GetTimestamp();
            string answer = await api.InvokeForAnswerAsync(function);
            TimeSpan whole = Stopwatch.GetElapsedTime(start), first = Until(answer, start), freshFirst = await fresh();
            if (round >= 0)
            {
                (reached[round], answered[round], baseline[round]) = (first.TotalMilliseconds, whole.TotalMilliseconds, freshFirst.TotalMilliseconds);
            }
        }

        string own = $"{name}: request to first line", seen = $"{name}: request to answer, as its caller sees it";
        return
        [
            Sample.ToRow(Group, own, null, reached, perSecond: null),
            Sample.ToRow(Group, seen, null, answered, perSecond: null),
            Sample.ToRow(Group, $"a fresh process with the same client, to first line: {name}", $"{own}|{seen}", baseline, perSecond: null),
        ];
    }

    /// <param name="answer">The clock in nanoseconds, as JSON: JavaScript's is a string.</param>
    /// <param name="start">Of <see cref="Stopwatch"/>.</param>
    public static TimeSpan Until(string answer, long start)
    {
        long nanoseconds = long.Parse(answer.Trim('"'), CultureInfo.InvariantCulture);
        return TimeSpan.FromMicroseconds((nanoseconds - (start * (1_000_000_000.0 / Stopwatch.Frequency))) / 1000);
    }
}

/// <summary>The interpreter that a function of such a workload gets, and our client, started as a process of the machine's.</summary>
internal sealed class FreshProcess : IDisposable
{
    private readonly ProcessStartInfo _start;
    private Process? _process;

    private FreshProcess(ProcessStartInfo start) => _start = start;

    /// <param name="runtimes">The folder of our clients.</param>
    /// <param name="folder">For the function's code.</param>
    public static FreshProcess Of(Workload workload, string runtimes, string folder)
    {
        System.IO.Compression.ZipFile.ExtractToDirectory(new MemoryStream(workload.Code), folder);
        ProcessStartInfo start = workload.Name switch
        {
            "python" => new(workload.BaselineFile, [Path.Combine(runtimes, "python", "bootstrap.py")]),
            "nodejs" => new(workload.BaselineFile, [Path.Combine(runtimes, "nodejs", "bootstrap.cjs")]),
            "ruby" => new(workload.BaselineFile, [Path.Combine(runtimes, "ruby", "bootstrap.rb")]),
            "dotnet" => new(workload.BaselineFile,
            [
                "exec", "--roll-forward", "LatestMajor", "--depsfile", Path.Combine(folder, "DotnetFunction.deps.json"),
                "--runtimeconfig", Path.Combine(folder, "DotnetFunction.runtimeconfig.json"), Path.Combine(runtimes, "dotnet", "Lamina.Runtime.dll"),
            ]),
            _ => new(Path.Combine(folder, "bootstrap")),
        };
        start.WorkingDirectory = folder;
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LAMBDA_TASK_ROOT"] = folder;
        start.Environment["_HANDLER"] = workload.Handler;
        start.Environment["AWS_LAMBDA_FUNCTION_NAME"] = "fresh";
        start.Environment["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
        start.Environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "1769";
        start.Environment["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/fresh";
        start.Environment["AWS_LAMBDA_LOG_STREAM_NAME"] = "fresh";
        start.Environment["AWS_REGION"] = "us-east-1";
        return new FreshProcess(start);
    }

    /// <summary>How long it takes to the first line.</summary>
    public async Task<TimeSpan> ReachAsync(BareRuntimeApi api)
    {
        long start = Stopwatch.GetTimestamp();
        Task<string> answered = api.InvokeAsync(Workload.Event);
        Start(api);
        TimeSpan reached = FirstLines.Until(await answered.WaitAsync(TimeSpan.FromSeconds(20)), start);
        End();
        return reached;
    }

    public void Start(BareRuntimeApi api)
    {
        _start.Environment["AWS_LAMBDA_RUNTIME_API"] = api.Authority;
        _process = Process.Start(_start)!;
    }

    public void Dispose() => End();

    private void End()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }
}
