using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lamina.Bench;

/// <summary>What the same machine does in the same run without Lamina: the rows are only worth something beside these.</summary>
internal sealed class Baselines(BenchOptions options, string scratch)
{
    /// <summary>A fresh interpreter per event; then the same after unpacking the layers first, as emulators without a layer store do.</summary>
    public async Task<IReadOnlyList<Row>> ColdStartsAsync(IReadOnlyList<Workload> workloads, byte[] largeLayer)
    {
        string large = Path.Combine(scratch, "large.zip");
        await File.WriteAllBytesAsync(large, largeLayer);
        List<string> small = [];
        foreach (byte[] archive in Workload.SmallLayers())
        {
            small.Add(Path.Combine(scratch, $"small{small.Count}.zip"));
            await File.WriteAllBytesAsync(small[^1], archive);
        }

        List<Row> rows = [];
        foreach (Workload workload in workloads)
        {
            rows.Add(await RepeatAsync("fresh process", workload, Stacks.None, options.Repeats, []));
            rows.Add(await RepeatAsync("unzip, then fresh process", workload, Stacks.Small, options.Repeats, small));
            // 20,000 new files take seconds, on a busy disk half a minute: once says enough.
            rows.Add(await RepeatAsync("unzip, then fresh process", workload, Stacks.Large, 1, [large]));
        }

        return rows;
    }

    /// <summary>The least that HTTP in and out costs here: a Kestrel that gives back what it got, asked by the same client.</summary>
    public async Task<IReadOnlyList<Row>> EchoAsync()
    {
        await using WebApplication app = BareKestrel.Build();
        app.Run(static async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = context.Request.ContentLength;
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await app.StartAsync();
        using HttpClient http = BenchOptions.NewClient(new Uri(app.Urls.First()));
        LambdaApi echo = new(http);
        List<Row> rows = [];
        foreach (int callers in BenchOptions.Callers)
        {
            rows.Add(await Sample.LoadAsync(
                "warm invocation", $"bare Kestrel echo, {callers} callers", OwnRows(callers), callers, options.LoadTime, () => echo.InvokeAsync("echo")));
        }

        await app.StopAsync();
        return rows;
    }

    private Task<Row> RepeatAsync(string name, Workload workload, string stack, int count, IReadOnlyList<string> archives) =>
        Sample.RepeatAsync("cold start", $"{name}: {workload.Name}, {stack}", $"{workload.Name}, {stack}", count, () => StartAsync(workload, archives));

    private static string OwnRows(int callers) =>
        string.Join('|', Workload.Names.Select(name => $"{name}, {callers} callers"));

    /// <summary>Unpacking the large layer as other emulators do before a start.</summary>
    public async Task<TimeSpan> UnzipAsync(byte[] archive)
    {
        string file = Path.Combine(scratch, "publish.zip");
        await File.WriteAllBytesAsync(file, archive);
        string folder = Path.Combine(scratch, "published");
        TimeSpan taken = await Sample.TimeAsync(() => Workload.RunAsync("unzip", "-q", "-o", file, "-d", folder));
        Directory.Delete(folder, recursive: true);
        return taken;
    }

    /// <summary>A place with the large layer's files, for <see cref="WalkAsync"/>.</summary>
    public async Task<string> UnpackAsync(byte[] archive)
    {
        string file = Path.Combine(scratch, "inspect.zip");
        await File.WriteAllBytesAsync(file, archive);
        string folder = Path.Combine(scratch, "inspected");
        await Workload.RunAsync("unzip", "-q", "-o", file, "-d", folder);
        return folder;
    }

    /// <summary>The least that publishing must do: read the file, hash it, inflate every entry and hash that.</summary>
    public async Task<TimeSpan> ReadAndHashAsync(byte[] archive)
    {
        string file = Path.Combine(scratch, "hashed.zip");
        await File.WriteAllBytesAsync(file, archive);
        return await Sample.TimeAsync(async () =>
        {
            byte[] read = await File.ReadAllBytesAsync(file);
            SHA256.HashData(read);
            using ZipArchive zip = new(new MemoryStream(read));
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                using Stream content = entry.Open();
                SHA256.HashData(content);
            }
        });
    }

    /// <summary>The least an inspector without manifests would do: walk and stat.</summary>
    public static Task<TimeSpan> WalkAsync(string folder) => Sample.TimeAsync(() => Workload.RunAsync("find", folder, "-ls"));

    /// <summary>The clock stops with the answer; what was unpacked is removed after that.</summary>
    private async Task<TimeSpan> StartAsync(Workload workload, IReadOnlyList<string> archives)
    {
        string folder = Path.Combine(scratch, "unpacked");
        long start = Stopwatch.GetTimestamp();
        foreach (string archive in archives)
        {
            await Workload.RunAsync("unzip", "-q", "-o", archive, "-d", folder);
        }

        await workload.RunBaselineAsync();
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        if (archives.Count > 0)
        {
            Directory.Delete(folder, recursive: true);
        }

        return taken;
    }
}
