using Lamina.Sandbox;

namespace Lamina.Bench;

/// <summary>Whole sandboxes, made and ended, without a server: with three layers, a limited memory, its own network and a process that starts in it.</summary>
internal static class Sandboxes
{
    private const string Group = "sandboxes made and ended";
    private const int Callers = 8;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(BenchOptions options, string scratch)
    {
        string program = Path.Combine(scratch, "task", "bootstrap");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        await Workload.RunAsync("cc", "-static", "-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "workloads", "ends.c"));
        string[] layers = [.. Enumerable.Range(1, 3).Select(number => Directory.CreateDirectory(Path.Combine(scratch, $"layer{number}")).FullName)];
        await using SandboxHost host = await SandboxHost.StartAsync(
            new SandboxHostOptions { JailPath = Path.Combine(AppContext.BaseDirectory, "lamina-jail"), RunDirectory = Path.Combine(scratch, "run") },
            CancellationToken.None);
        SandboxSpec spec = new()
        {
            Id = "",
            HostName = "bench",
            OptLayers = [.. layers],
            TaskDirectory = Path.GetDirectoryName(program)!,
            RuntimeDirectory = null,
            RootLayers = [],
            HostBinds = [],
            TmpSizeBytes = 512 << 20,
            Limits = new SandboxLimits(MemoryBytes: 128 << 20, Cpus: 2, Processes: 1024, OpenFiles: 1024),
            Network = SandboxNetwork.Isolated,
            Listen = [],
        };
        Row empty = await LoadAsync(options, "empty", () => MakeAsync(host, spec, program: null));
        Row whole = await LoadAsync(options, "with a program that starts and ends in it", () => MakeAsync(host, spec, "/var/task/bootstrap"));
        Row bare = ToRow("their namespaces, with nothing in them", await MachineCosts.NamespacesPerSecondAsync(scratch, Callers, options.LoadTime));
        Row plain = await LoadAsync(options, "the same program without a sandbox", () => Workload.RunAsync(program));
        string ours = $"{empty.Name}|{whole.Name}";
        return [empty, whole, plain with { BaselineOf = ours }, bare with { BaselineOf = ours }];
    }

    private static Task<Row> LoadAsync(BenchOptions options, string name, Func<Task> act) =>
        Sample.LoadAsync(Group, NameOf(name), null, Callers, options.LoadTime, act);

    private static Row ToRow(string name, double perSecond) => new(Group, NameOf(name), Callers * 1000 / perSecond, P99Ms: null, perSecond, BaselineOf: null);

    private static string NameOf(string act) => $"{act}, {Callers} at once";

    private static async Task MakeAsync(SandboxHost host, SandboxSpec spec, string? program)
    {
        await using RunningSandbox sandbox = await host.CreateAsync(spec with { Id = Guid.NewGuid().ToString("N") }, CancellationToken.None);
        if (program is not null)
        {
            SandboxProcess process = await sandbox.StartProcessAsync(
                new ProcessSpec { Arguments = [program], Environment = [], WorkingDirectory = "/" }, CancellationToken.None);
            await process.Exited;
        }
    }
}
