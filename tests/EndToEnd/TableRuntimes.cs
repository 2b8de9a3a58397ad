using System.Diagnostics;
using System.Text.RegularExpressions;
using Lamina.Contract;

namespace Lamina.EndToEnd.Tests;

/// <summary>Every runtime there is a function for: the managed ones, and the examples of custom ones.</summary>
internal static class TableRuntimes
{
    private static readonly string Functions = Path.Combine(RepositoryFolders.Root, "tests", "EndToEnd", "functions");
    private static readonly string[] ErrorOfExamples = ["errorType", "errorMessage", "stackTrace"];

    /// <summary>A shell starts ten programs at each invocation; soak.sh has it do as many as the others.</summary>
    private static readonly int OfAShell = Soak.Number("LAMINA_TABLE_CALLS", 60);

    /// <summary>The slow ones to build are not neighbours: two are under way at a time.</summary>
    public static TableRuntime[] All { get; } =
    [
        // A shell gets a whole CPU, and fewer invocations.
        Example("go", "go"), Python(), Ruby(), Provided(), Example("rust", "rustc"), Node(), Java(), Dotnet(), Example("c++", "g++"),
        Example("bash", "bash") with { MemoryMiB = Limits.MemoryMiBPerCpu, Invocations = OfAShell },
        Example("elixir", "elixirc") with { GrowthMiB = 32 }, Example("erlang", "erlc") with { GrowthMiB = 32 },
        Example("cobol", "cobc"), Example("php", "php"), Example("nodejs", "node") with { GrowthMiB = 48 },
    ];

    public static TableRuntime Of(string name) => All.Single(runtime => runtime.Name == name);

    /// <summary>bin/tool and lib/libwho.so: found by PATH and LD_LIBRARY_PATH, whatever the runtime.</summary>
    public static async Task BuildToolAsync(string layer)
    {
        Directory.CreateDirectory(Path.Combine(layer, "bin"));
        Directory.CreateDirectory(Path.Combine(layer, "lib"));
        string source = Path.Combine(Functions, "tool.c");
        string library = Path.Combine(layer, "lib", "libwho.so");
        await RunAsync("cc", "-shared", "-fPIC", "-DLIBRARY", "-Wl,-soname,libwho.so", "-o", library, source);
        await RunAsync("cc", "-o", Path.Combine(layer, "bin", "tool"), source, library);
    }

    /// <summary>What managed runtimes have besides, documented or seen on AWS; Java's are started by no shell.</summary>
    private static Dictionary<string, string> Managed(string id, params (string Name, string Value)[] own)
    {
        Dictionary<string, string> variables = new()
        {
            ["AWS_EXECUTION_ENV"] = Regex.Escape($"AWS_Lambda_{id}"),
            ["PWD"] = "/var/task",
            ["SHLVL"] = "0",
            ["_X_AMZN_TRACE_ID"] = "Root=1-[0-9a-f]{8}-[0-9a-f]{24};.*",
        };
        foreach ((string name, string value) in own)
        {
            variables[name] = Regex.Escape(value);
        }

        return variables;
    }

    private static TableRuntime Python() => new()
    {
        Name = "python",
        Id = "python3.11",
        Handler = "index.handler",
        BuildAsync = static folder => CopyAsync("python", folder),
        BuildLayerAsync = static async layer =>
        {
            await WriteAsync(layer, "python/one.py", "WHO = 'python'\n");
            await WriteAsync(layer, "python/lib/python3.11/site-packages/two.py", "WHO = 'site-packages'\n");
        },
        FoundInLayer = ["python", "site-packages", "bin and lib"],
        ErrorType = "ValueError",
        ErrorMembers = ["errorMessage", "errorType", "requestId", "stackTrace"],
        TextLine = @"^\[WARNING\]\t[0-9T:.-]+Z\t[0-9a-f-]{36}\tsaid\r?$",
        JsonMembers = ["timestamp", "level", "message", "logger", "requestId"],
        JsonLevel = "WARNING",
        Variables = Managed("python3.11", ("PYTHONPATH", "/var/runtime")),
    };

    private static TableRuntime Node() => new()
    {
        Name = "nodejs20",
        Id = "nodejs20.x",
        Handler = "index.handler",
        BuildAsync = static folder => CopyAsync("nodejs", folder),
        BuildLayerAsync = static async layer =>
        {
            await WriteAsync(layer, "nodejs/node_modules/one/index.js", "exports.who = 'node_modules';\n");
            await WriteAsync(layer, "nodejs/node20/node_modules/two/index.js", "exports.who = 'node20';\n");
        },
        FoundInLayer = ["node_modules", "node20", "bin and lib"],
        ErrorType = "RangeError",
        ErrorMembers = ["errorType", "errorMessage", "trace"],
        TextLine = @"^[0-9T:.-]+Z\t[0-9a-f-]{36}\tWARN\tsaid$",
        JsonMembers = ["timestamp", "level", "requestId", "message"],
        Variables = Managed(
            "nodejs20.x",
            ("NODE_PATH", "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task")),
        GrowthMiB = 48,
    };

    private static TableRuntime Ruby() => new()
    {
        Name = "ruby",
        Id = "ruby3.2",
        Handler = "app.Example::Function.handle",
        BuildAsync = static folder => CopyAsync("ruby", folder, needs: "ruby"),
        BuildLayerAsync = static async layer =>
        {
            await WriteAsync(layer, "ruby/lib/one.rb", "module One\n  WHO = \"ruby/lib\"\nend\n");
            await WriteAsync(layer, "ruby/gems/3.2.0/gems/two-1.0.0/lib/two.rb", "module Two\n  WHO = \"gems\"\nend\n");
            await WriteAsync(
                layer, "ruby/gems/3.2.0/specifications/two-1.0.0.gemspec",
                "Gem::Specification.new { |s| s.name = \"two\"; s.version = \"1.0.0\"; s.summary = \"two\"; s.authors = [\"a\"]; s.require_paths = [\"lib\"] }\n");
        },
        FoundInLayer = ["ruby/lib", "gems", "bin and lib"],
        ErrorType = "Function<ArgumentError>",
        ErrorMembers = ["errorMessage", "errorType", "stackTrace"],
        TextLine = @"^W, \[[0-9T:.-]+ #\d+\]  WARN [0-9a-f-]{36} -- : said$",
        JsonMembers = ["timestamp", "level", "message", "requestId"],
        Variables = Managed(
            "ruby3.2",
            ("GEM_HOME", "/var/runtime"),
            ("GEM_PATH", "/var/task/vendor/bundle/ruby/3.2.0:/opt/ruby/gems/3.2.0:/var/runtime:/var/runtime/ruby/3.2.0"),
            ("RUBYLIB", "/var/task:/var/runtime/lib:/opt/ruby/lib"),
            ("PATH", "/var/lang/bin:/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
            ("LD_LIBRARY_PATH", "/var/lang/lib:/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib")),
        GrowthMiB = 24,
    };

    private static TableRuntime Java() => new()
    {
        Name = "java",
        Id = "java17",
        Handler = "example.Function",
        BuildAsync = static async folder =>
        {
            await RunAsync("javac", "--release", "17", "-d", folder, "-cp", JavaApi(), Path.Combine(Functions, "java", "example", "Function.java"));
        },
        BuildLayerAsync = static async layer =>
        {
            string classes = Directory.CreateTempSubdirectory("lamina-classes-").FullName;
            Directory.CreateDirectory(Path.Combine(layer, "java", "lib"));
            await RunAsync("javac", "--release", "17", "-d", classes, Path.Combine(Functions, "java", "One.java"));
            await RunAsync("jar", "--create", "--file", Path.Combine(layer, "java", "lib", "one.jar"), "-C", classes, ".");
            Directory.Delete(classes, recursive: true);
        },
        FoundInLayer = ["java/lib", "bin and lib"],
        ErrorType = "java.lang.IllegalStateException",
        ErrorMembers = ["errorMessage", "errorType", "stackTrace"],
        TextLine = @"^\[WARN\] said$",
        JsonMembers = ["timestamp", "message", "level", "AWSRequestId"],
        Variables = new() { ["AWS_EXECUTION_ENV"] = "AWS_Lambda_java17" },
        MemoryMiB = 512,
        GrowthMiB = 96,
    };

    private static TableRuntime Dotnet() => new()
    {
        Name = "dotnet",
        Id = "dotnet10",
        Handler = "DotnetFunction::DotnetFunction.Function::HandleAsync",
        BuildAsync = static folder =>
        {
            string root = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
            Assert.SkipUnless(root.StartsWith("/usr/", StringComparison.Ordinal) || root.StartsWith("/opt/", StringComparison.Ordinal), $".NET stands in {root}, which sandboxes hide.");
            string built = Path.Combine(RepositoryFolders.Root, "artifacts", "bin", "DotnetFunction", RepositoryFolders.Configuration);
            foreach (string file in Directory.EnumerateFiles(built).Where(static file => !file.EndsWith(".pdb", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            return Task.CompletedTask;
        },
        FoundInLayer = ["bin and lib"],
        ErrorType = "InvalidOperationException",
        ErrorMembers = ["errorType", "errorMessage", "stackTrace"],
        TextLine = @"^[0-9T:.-]+Z\t[0-9a-f-]{36}\twarn\tsaid$",
        JsonMembers = ["timestamp", "level", "requestId", "traceId", "message"],
        JsonLevel = "Warning",
        Variables = Managed("dotnet10", ("DOTNET_ROOT", "/var/lang/bin"), ("LAMBDA_RUNTIME_NAME", "dotnet10")),
        MemoryMiB = 512,
        GrowthMiB = 96,
    };

    /// <summary>A custom runtime whose bootstrap comes out of a layer.</summary>
    private static TableRuntime Provided() => new()
    {
        Name = "provided",
        MemoryMiB = Limits.MemoryMiBPerCpu,
        Invocations = OfAShell,
        Id = "provided.al2023",
        Handler = "any",
        BuildAsync = static folder => WriteAsync(folder, "any.txt", "no code"),
        BuildLayerAsync = static layer => CopyAsync("shell", layer),
        FoundInLayer = ["bin and lib"],
        ErrorType = "Example.Failure",
        ErrorMembers = ErrorOfExamples,
        TextLine = "^said$",
        JsonMembers = ["level", "message"],
        Variables = new() { ["PWD"] = "/var/task", ["SHLVL"] = "0" },
    };

    private static TableRuntime Example(string name, string compiler) => new()
    {
        Name = name,
        Id = "provided.al2023",
        BuildAsync = folder =>
        {
            Require(compiler);
            return RunAsync(Path.Combine(RepositoryFolders.Root, "examples", "runtimes", name, "build.sh"), folder);
        },
        ErrorType = "Example.Failure",
        ErrorMembers = ErrorOfExamples,
    };

    /// <summary>The interfaces come with the product, where it was built beside a JDK.</summary>
    private static string JavaApi()
    {
        Require("javac");
        string jar = Path.Combine(Path.GetDirectoryName(RepositoryFolders.Server())!, "lambda-runtimes", "java", "lamina-api.jar");
        Assert.SkipUnless(File.Exists(jar), "Lamina was built before a JDK was there: touch runtimes/java/build.sh and build again.");
        return jar;
    }

    private static async Task CopyAsync(string function, string folder, string? needs = null)
    {
        if (needs is not null)
        {
            Require(needs);
        }

        await RunAsync("cp", "-r", Path.Combine(Functions, function) + "/.", folder);
    }

    private static async Task WriteAsync(string folder, string path, string content)
    {
        string full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllTextAsync(full, content);
    }

    private static void Require(string program)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(folders.Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not installed.");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GOCACHE"] = Path.Combine(RepositoryFolders.Tools, "go-cache");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors}{await output}");
    }
}
