using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Lamina.Bench;

/// <summary>A function under measurement, and the command that does the same work without any platform.</summary>
internal sealed record Workload(string Name, string Runtime, string Handler, byte[] Code, string BaselineFile, string[] BaselineArguments)
{
    public static readonly IReadOnlyList<string> Names = ["python", "nodejs", "static C"];

    private const long UploadLimitBytes = 52_428_800;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "workloads");

    public static async Task<Workload[]> BuildAsync(string scratch)
    {
        string python = FirstExisting("/usr/bin/python3", "/usr/local/bin/python3");
        string node = FirstExisting("/usr/bin/node", "/usr/local/bin/node");
        string bootstrap = await CompileAsync(scratch);
        return
        [
            new("python", await RuntimeIdAsync(python, "python"), "index.handler", Zip("index.py"), python, [Path.Combine(Folder, "baseline.py")]),
            new("nodejs", await RuntimeIdAsync(node, "nodejs"), "index.handler", Zip("index.js"), node, [Path.Combine(Folder, "baseline.js")]),
            new("static C", "provided.al2023", "none", ZipOf(("bootstrap", await File.ReadAllBytesAsync(bootstrap))), bootstrap, ["once"]),
        ];
    }

    /// <summary>The same, answering with the clock: the handler's at its first line, the program's at its first.</summary>
    public static async Task<Workload[]> BuildClocksAsync(IReadOnlyList<Workload> workloads, string scratch)
    {
        byte[] bootstrap = await File.ReadAllBytesAsync(await CompileAsync(scratch, "-DCLOCK"));
        return
        [
            workloads[0] with { Handler = "clock.handler", Code = Zip("clock.py") },
            workloads[1] with { Handler = "clock.handler", Code = Zip("clock.js") },
            workloads[2] with { Code = ZipOf(("bootstrap", bootstrap)) },
            .. Clocks(),
        ];
    }

    /// <summary>Of interpreters that a machine may lack.</summary>
    private static IEnumerable<Workload> Clocks()
    {
        if (File.Exists("/usr/bin/ruby"))
        {
            yield return new("ruby", "ruby3.2", "clock.handler", Zip("clock.rb"), "/usr/bin/ruby", []);
        }

        string framework = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        string host = Path.GetFullPath(Path.Combine(framework, "..", "..", "..", "dotnet"));
        string function = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "DotnetFunction", "release"));
        if (Directory.Exists(function))
        {
            (string, byte[])[] files = [.. Directory.EnumerateFiles(function, "*.*")
                .Where(static path => Path.GetExtension(path) is ".dll" or ".json").Select(static path => (Path.GetFileName(path), File.ReadAllBytes(path)))];
            yield return new("dotnet", "dotnet10", "DotnetFunction::DotnetFunction.Function::Clock", ZipOf(files), host, []);
        }
    }

    /// <summary>Starts a fresh process, hands it one event, waits for its answer and its end.</summary>
    public async Task RunBaselineAsync()
    {
        ProcessStartInfo start = new(BaselineFile, BaselineArguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(Event);
        process.StandardInput.Close();
        string answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || answer.Length == 0)
        {
            throw new InvalidOperationException($"the baseline {BaselineFile} answered '{answer}' and ended with {process.ExitCode}");
        }
    }

    public const string Event = """{"key1":"value1","key2":"value2","key3":"value3"}""";

    /// <summary>Layers of a few files: what most functions have.</summary>
    public static byte[][] SmallLayers() =>
        [.. Enumerable.Range(1, 3).Select(static n => ZipOf(($"python/small{n}.py", "x = 1\n"u8.ToArray()), ($"share/small{n}.txt", "text\n"u8.ToArray())))];

    /// <summary>
    /// 250 MB in 20,000 files, just below Lambda's limit of 262,144,000 bytes, and below 50 MB zipped, so that it can be
    /// uploaded directly: an eighth of each file is noise, the rest compresses well.
    /// </summary>
    public static byte[] LargeLayer()
    {
        const int Files = 20_000;
        const int FileBytes = 13_000;
        const int NoiseBytes = 1_500;
        byte[] content = new byte[FileBytes];
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("def function(argument): return argument\n", FileBytes / 40))).CopyTo(content, 0);
        using MemoryStream output = new();
        using (ZipArchive archive = new(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < Files; i++)
            {
                RandomNumberGenerator.Fill(content.AsSpan(0, NoiseBytes));
                using Stream entry = archive.CreateEntry($"python/large/p{i / 100:000}/m{i % 100:00}.dat", CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return output.Length <= UploadLimitBytes
            ? output.ToArray()
            : throw new InvalidOperationException($"the large layer is {output.Length} bytes, more than {UploadLimitBytes}, which Lambda takes directly");
    }

    /// <summary>A layer of 5,000 files that no compression makes smaller, 45 MB in all, so that the zip stays below what is uploaded directly; from version to version one of them changes.</summary>
    /// <param name="otherwise">Makes all files others than those of layers with another number.</param>
    public static byte[] SimilarLayer(int version, int otherwise = 0)
    {
        const int Files = 5_000;
        byte[] content = new byte[9_000];
        using MemoryStream output = new();
        using (ZipArchive archive = new(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < Files; i++)
            {
                new Random((otherwise * 1_000_000) + (i == 77 ? Files + version : i)).NextBytes(content);
                using Stream entry = archive.CreateEntry($"data/d{i / 100:00}/f{i:0000}.dat", CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return output.ToArray();
    }

    private static byte[] Zip(string file) => ZipOf((file, File.ReadAllBytes(Path.Combine(Folder, file))));

    public static byte[] ZipOf(params (string Name, byte[] Content)[] files)
    {
        using MemoryStream output = new();
        using (ZipArchive archive = new(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name);
                entry.ExternalAttributes = Convert.ToInt32("100755", 8) << 16;
                using Stream stream = entry.Open();
                stream.Write(content);
            }
        }

        return output.ToArray();
    }

    private static async Task<string> CompileAsync(string scratch, params string[] options)
    {
        string output = Path.Combine(scratch, $"bootstrap{string.Concat(options)}");
        await RunAsync("cc", ["-static", "-O2", .. options, "-o", output, Path.Combine(Folder, "bootstrap.c")]);
        return output;
    }

    /// <summary>The runtime id that names the machine's own interpreter, so that nothing is substituted.</summary>
    private static async Task<string> RuntimeIdAsync(string interpreter, string family)
    {
        string version = (await RunAsync(interpreter, "--version")).Trim().TrimStart('v');
        string[] parts = version[(version.LastIndexOf(' ') + 1)..].TrimStart('v').Split('.');
        return family == "python" ? $"python{parts[0]}.{parts[1]}" : $"nodejs{parts[0]}.x";
    }

    public static async Task<string> RunAsync(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} ended with {process.ExitCode}");
    }

    private static string FirstExisting(params string[] candidates) =>
        candidates.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException($"none of {string.Join(", ", candidates)} exists");
}
