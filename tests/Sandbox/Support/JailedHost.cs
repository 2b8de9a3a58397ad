using System.Collections.Immutable;
using System.Text;

namespace Lamina.Sandbox.Tests.Support;

/// <summary>A real host with a run folder and a scratch folder of its own; everything below it is removed afterwards.</summary>
public sealed class JailedHost : IAsyncLifetime
{
    private static int _number;
    private SandboxHost? _host;

    public string Folder { get; } =
        Path.Combine(Path.GetTempPath(), $"lamina-test-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}");

    public string RunFolder => Path.Combine(Folder, "run");

    public SandboxHost Host => _host!;

    public static string JailPath => Path.Combine(AppContext.BaseDirectory, "lamina-jail");

    /// <summary>LAMINA_TEST_SANDBOX=late: every test runs its programs in a sandbox that was made in advance.</summary>
    private static bool IsLate => Environment.GetEnvironmentVariable("LAMINA_TEST_SANDBOX") == "late";

    public static bool IsRoot => Environment.IsPrivilegedProcess;

    public SandboxHostOptions Options => new() { JailPath = JailPath, RunDirectory = RunFolder };

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        _host = await SandboxHost.StartAsync(Options, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    public static SandboxSpec Spec() => new()
    {
        Id = "t-" + Guid.NewGuid().ToString("N")[..12],
        HostName = "sandbox",
        OptLayers = [],
        RootLayers = [],
        TaskDirectory = null,
        RuntimeDirectory = null,
        HostBinds = [],
        TmpSizeBytes = 16 << 20,
        Limits = new SandboxLimits(256 << 20, 2, 256, 1024),
        Network = SandboxNetwork.Isolated,
        Listen = [],
    };

    public static ProcessSpec Program(params string[] arguments) => new()
    {
        Arguments = [.. arguments],
        Environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp"],
        WorkingDirectory = "/",
    };

    public static ProcessSpec Shell(string script) => Program("/bin/sh", "-c", script);

    public static ProcessSpec Python(string script) => Program("/usr/bin/python3", "-I", "-c", script);

    /// <summary>A folder below <see cref="Folder"/> with the given files; "name -> target" makes a link, "name/" a folder.</summary>
    public string MakeTree(params (string Path, string Content)[] files)
    {
        var root = Directory.CreateDirectory(Path.Combine(Folder, "tree-" + Guid.NewGuid().ToString("N")[..8])).FullName;
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            if (content.StartsWith("-> ", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(full, content[3..]);
            }
            else if (!path.EndsWith('/'))
            {
                File.WriteAllText(full, content);
            }
        }

        return root;
    }

    /// <summary>Creates, runs one program to its end, destroys.</summary>
    public async Task<Result> RunAsync(SandboxSpec spec, ProcessSpec program)
    {
        await using var sandbox = IsLate ? await CreateLateAsync(spec) : await Host.CreateAsync(spec, CancellationToken.None);
        return await RunInAsync(sandbox, program);
    }

    public static void SkipUnlessAttachable() =>
        Assert.SkipUnless(IsRoot, "content is attached by root only: an ordinary user's jail may not enter its sandboxes again");

    /// <summary>The same sandbox by the other way: made without its content, which is attached afterwards.</summary>
    public async Task<RunningSandbox> CreateLateAsync(SandboxSpec spec)
    {
        var bare = spec with { OptLayers = [], TaskDirectory = null, CacheDirectory = null, AwaitsContent = true, TmpSizeBytes = 512 << 20 };
        var sandbox = await Host.CreateAsync(bare, CancellationToken.None);
        await sandbox.AttachAsync(new SandboxContent(spec.OptLayers, spec.TaskDirectory, spec.TmpSizeBytes, spec.Limits.MemoryBytes)
        {
            CacheDirectory = spec.CacheDirectory,
        });
        return sandbox;
    }

    public static async Task<Result> RunInAsync(RunningSandbox sandbox, ProcessSpec program)
    {
        var process = await sandbox.StartProcessAsync(program, CancellationToken.None);
        var output = await ReadAllAsync(process);
        return new Result(output, await process.Exited);
    }

    public static async Task<string> ReadAllAsync(SandboxProcess process)
    {
        using var reader = new StreamReader(process.Output.AsStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public sealed record Result(string Output, ProcessExit Exit)
    {
        public ImmutableArray<string> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
