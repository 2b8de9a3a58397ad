using System.Collections.Immutable;
using System.Globalization;
using Lamina.Functions;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>How the process of a managed runtime is started: the interpreter, then our client in /var/runtime.</summary>
internal sealed class ManagedCommands(string runtimesDirectory)
{
    /// <summary>Nothing of the JVM's own but errors.</summary>
    private static readonly ImmutableArray<string> QuietJvm = ["-Xlog:disable", "-Xlog:all=error:stderr"];

    private const string TaskRoot = "/var/task";

    /// <summary>Where AWS keeps the program dotnet, and DOTNET_ROOT points.</summary>
    private const string DotnetRoot = "/var/lang/bin";

    private const string DotnetClient = "/var/runtime/Lamina.Runtime.dll";

    /// <summary>The share of the memory that is for the heap of Java, as on Lambda; the JVM itself needs the rest.</summary>
    private const double JavaHeap = 0.85;

    private static readonly ImmutableArray<string> DotnetHost = [$"{DotnetRoot}/dotnet", "exec", "--roll-forward", "LatestMajor"];

    /// <param name="task">The function's code, as the host sees it.</param>
    /// <param name="archive">Of Java, what the sandbox shows of shared classes that takes the place of our client's own archive; null: nothing.</param>
    /// <param name="bind">What of the host has to be shown besides, if anything.</param>
    public ImmutableArray<string> For(
        RuntimeResolution runtime, FunctionVersion function, string task, string? archive, string runtimeVersion, out HostBind? bind)
    {
        RequireParts(runtime, runtimeVersion);
        bind = BindFor(runtime);
        return runtime.Family == "dotnet" ? DotnetCommand(function, task, runtimeVersion) : CommandOf(runtime, function, archive);
    }

    /// <summary>The same for a process that waits for its function's code.</summary>
    public ImmutableArray<string> ForWaiting(RuntimeResolution runtime, FunctionVersion function, string runtimeVersion)
    {
        RequireParts(runtime, runtimeVersion);
        return runtime.Family == "dotnet" ? [.. DotnetHost, DotnetClient] : CommandOf(runtime, function, archive: null);
    }

    private ImmutableArray<string> CommandOf(RuntimeResolution runtime, FunctionVersion function, string? archive)
    {
        string interpreter = ShownPath(runtime.InterpreterPath!);
        return runtime.Family == "java" ? JavaCommand(interpreter, runtime, function, archive) : [interpreter, $"/var/runtime/{EntryOf(runtime.Family)}"];
    }

    private void RequireParts(RuntimeResolution runtime, string runtimeVersion)
    {
        if (runtime.InterpreterPath is null)
        {
            throw new EntrypointException($"runtime {runtime.Id} cannot run on this machine: {runtime.Note}", runtimeVersion);
        }

        string entry = EntryOf(runtime.Family);
        if (!File.Exists(Path.Combine(runtimesDirectory, runtime.Family, entry)))
        {
            string advice = runtime.Family == "java" ? "; Lamina was built where no JDK is (Debian: apt install default-jdk-headless, then ./lamina build)" : "";
            throw new EntrypointException($"the runtime client {runtime.Family}/{entry} is missing in {runtimesDirectory}{advice}", runtimeVersion);
        }
    }

    /// <summary>What of the host a sandbox has to show for the interpreter, if anything.</summary>
    public static HostBind? BindFor(RuntimeResolution runtime) => runtime.InterpreterPath is not { } path ? null
        : runtime.Family == "dotnet" ? new HostBind(Path.GetDirectoryName(path)!, DotnetRoot)
        : IsHidden(path) ? new HostBind(PrefixOf(path), "/var/lang")
        : null;

    /// <summary>The file our client for the runtime starts from, on the host.</summary>
    public string ClientOf(RuntimeResolution runtime) => Path.Combine(runtimesDirectory, runtime.Family, EntryOf(runtime.Family));

    private static string EntryOf(string family) => family switch
    {
        "python" => "bootstrap.py",
        "nodejs" => "bootstrap.cjs",
        "java" => "lamina-runtime.jar",
        "dotnet" => "Lamina.Runtime.dll",
        _ => "bootstrap.rb",
    };

    /// <summary>
    /// An archive of shared classes is good for a class path by its text, which therefore is written as it was when the archive was
    /// made: seen from /var/task, where the process starts.
    /// </summary>
    private ImmutableArray<string> JavaCommand(string java, RuntimeResolution runtime, FunctionVersion function, string? stackArchive)
    {
        List<string> command =
        [
            java,
            string.Create(CultureInfo.InvariantCulture, $"-XX:MaxHeapSize={(long)(function.MemorySizeMiB * 1024 * JavaHeap)}K"),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",

            // Lambda's locale is en_US.UTF-8; here it may not be installed, and the JVM would take ASCII.
            "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8",
        ];
        string own = $"client-{runtime.Version}.jsa";
        bool startsInTask = function.Environment?.ContainsKey("AWS_LAMBDA_EXEC_WRAPPER") != true;
        string? archive = !startsInTask ? null
            : stackArchive ?? (File.Exists(Path.Combine(runtimesDirectory, "java", own)) ? $"../runtime/{own}" : null);
        if (archive is not null)
        {
            // An archive that does not fit after all is passed over, in silence.
            command.AddRange([$"-XX:SharedArchiveFile={archive}", "-Xshare:auto", .. QuietJvm]);
        }

        if (runtime.Id is "java8.al2" or "java11" && runtime.Version?.StartsWith("1.", StringComparison.Ordinal) == false)
        {
            // Those two have the trace among their variables, and only our client can put it there; Java 8 itself knows no modules.
            command.Add("--add-opens=java.base/java.util=ALL-UNNAMED");
        }

        string folder = startsInTask ? "../runtime" : "/var/runtime";
        command.AddRange(["-Dlamina.api=/var/runtime/lamina-api.jar", "-cp", $"{folder}/lamina-runtime.jar", "lamina.runtime.Main"]);
        return [.. command];
    }

    /// <summary>Of Java: what writes an archive of shared classes when it ends, and what sends that then.</summary>
    public static (ImmutableArray<string> Maker, ImmutableArray<string> Sender) ArchiveCommands(string java)
    {
        const string Written = "/tmp/classes.jsa";
        string program = ShownPath(java);
        ImmutableArray<string> client =
            [.. QuietJvm, "-Dlamina.api=/var/runtime/lamina-api.jar", "-cp", "../runtime/lamina-runtime.jar", "lamina.runtime.Archive"];
        return (
            [program, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", $"-XX:ArchiveClassesAtExit={Written}", .. client],
            [program, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", .. client, Written]);
    }

    /// <summary>
    /// A handler of a class library is called by our client, with the function's own dependencies and configuration; one without a
    /// colon names an assembly or program that speaks the Runtime API itself. The newest framework serves them all.
    /// </summary>
    private static ImmutableArray<string> DotnetCommand(FunctionVersion function, string task, string runtimeVersion)
    {
        string handler = function.Handler ?? "";
        if (!handler.Contains(':', StringComparison.Ordinal))
        {
            string assembly = handler.EndsWith(".dll", StringComparison.Ordinal) ? handler : $"{handler}.dll";
            return DotnetFiles.IsIn(task, assembly) ? [.. DotnetHost, $"{TaskRoot}/{assembly}"]
                : DotnetFiles.IsIn(task, handler) ? [$"{TaskRoot}/{handler}"]
                : throw new EntrypointException($"executable assembly {TaskRoot}/{assembly} or binary {TaskRoot}/{handler} not found", runtimeVersion);
        }

        return DotnetFiles.Find(task, DotnetFiles.MainAssemblyOf(function)) is { } files
            ? [.. DotnetHost, "--depsfile", files.ShownDependencies, "--runtimeconfig", files.ShownConfiguration, DotnetClient]
            : [.. DotnetHost, DotnetClient];
    }

    /// <summary>/usr is visible as it is; what lies below /opt is hidden by the layers and shown at /var/lang, AWS's place for interpreters.</summary>
    private static string ShownPath(string path) => IsHidden(path) ? "/var/lang" + path[PrefixOf(path).Length..] : path;

    private static bool IsHidden(string path) => path.StartsWith("/opt/", StringComparison.Ordinal);

    private static string PrefixOf(string path) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, ".."));
}
