using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.Bench;

/// <summary>The first invocation after an update of the code of a Python function that imports out of a layer: imported in advance, and not.</summary>
internal sealed class Imports(LambdaApi api, BenchOptions options)
{
    private const string Group = "Python importing from a layer";

    private int _generation;

    public async Task<IReadOnlyList<Row>> MeasureAsync(ImportedLayer layer)
    {
        string arn = await api.PublishLayerAsync("imported", layer.Archive);
        await api.CreateFunctionAsync("primed", WorkloadOf(layer), [arn]);
        await api.CreateFunctionAsync("unprimed", WorkloadOf(layer), [arn], new JsonObject { ["LAMINA_PRIME"] = "0" });
        await api.CreateFunctionAsync("no-import", WorkloadOf(layer with { Code = ImportedLayer.Handler }), [arn]);
        IReadOnlyList<Row> rows = await Sample.InterleaveAsync(Group, options.Repeats,
        [
            ($"{layer.Name}, primed", () => StartAsync("primed", layer.Code)),
            ($"{layer.Name}, not primed", () => StartAsync("unprimed", layer.Code)),
            ("the same function without the import", () => StartAsync("no-import", ImportedLayer.Handler)),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }, rows[2] with { BaselineOf = rows[0].Name }];
    }

    private static Workload WorkloadOf(ImportedLayer layer) =>
        new(layer.Name, layer.Runtime, "index.handler", Workload.ZipOf(("index.py", Encoding.UTF8.GetBytes(layer.Code))), "", []);

    private async Task<TimeSpan> StartAsync(string function, string code)
    {
        await api.UpdateCodeAsync(function, Workload.ZipOf(("index.py", Encoding.UTF8.GetBytes($"{code}# {++_generation}\n"))));
        await api.WaitForShellsAsync();
        return await Sample.TimeAsync(() => api.InvokeAsync(function));
    }
}

/// <summary>A layer whose packages take long to import, and code that imports them.</summary>
internal sealed record ImportedLayer(string Name, string Runtime, byte[] Archive, string Code)
{
    public const string Handler = "def handler(event, context): return event\n";

    /// <summary>NumPy and SciPy where examples/numpy-scipy/build.sh has built them; else 300 modules that are made here.</summary>
    public static async Task<ImportedLayer> FindAsync(string repository, string scratch)
    {
        string built = Path.Combine(repository, "artifacts", "numpy-scipy", "numpy-scipy.zip");
        return File.Exists(built)
            ? new("NumPy and SciPy", "python3.11", await File.ReadAllBytesAsync(built), $"import numpy, scipy.linalg, scipy.sparse, scipy.optimize\n{Handler}")
            : new("300 modules", (await Workload.BuildAsync(scratch))[0].Runtime, Synthetic(), $"import many\n{Handler}");
    }

    private static byte[] Synthetic()
    {
        const int Modules = 300;
        StringBuilder text = new();
        for (int i = 0; i < 40; i++)
        {
            text.Append("class C").Append(i).Append(":\n    def method(self, argument):\n        return [argument, self]\n");
        }

        byte[] module = Encoding.UTF8.GetBytes(text.ToString());
        string all = string.Concat(Enumerable.Range(0, Modules).Select(static i => $"from . import m{i}\n"));
        return Workload.ZipOf(
        [
            ("python/many/__init__.py", Encoding.UTF8.GetBytes(all)),
            .. Enumerable.Range(0, Modules).Select(i => ($"python/many/m{i}.py", module)),
        ]);
    }
}
