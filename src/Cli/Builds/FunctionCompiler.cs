namespace Lamina.Cli.Builds;

/// <summary>What one compilation is of.</summary>
/// <param name="Source">A copy of the function's folder.</param>
/// <param name="Stage">Becomes /var/task.</param>
internal sealed record CompilerTask(string LogicalId, string? Runtime, BuildArchitecture Architecture, string Source, string Stage, string Scratch);

/// <summary>A program of the machine that makes of a folder's sources what a function is.</summary>
internal sealed class FunctionCompiler
{
    private readonly Func<string, string> _program;
    private readonly Func<string, bool> _isNeeded;
    private readonly Func<CompilerTask, Command> _command;
    private readonly string[] _families;
    private readonly Action<CompilerTask> _finish;

    private FunctionCompiler(
        string manifest, string[] families, Func<string, string> program, string fix, Func<string, bool> isNeeded, Func<CompilerTask, Command> command,
        Action<CompilerTask> finish)
    {
        Manifest = manifest;
        Fix = fix;
        _families = families;
        _program = program;
        _isNeeded = isNeeded;
        _command = command;
        _finish = finish;
    }

    /// <summary>Metadata.BuildMethod: makefile.</summary>
    public static FunctionCompiler Make { get; } = new(
        "Makefile", [], static _ => "make", "Install it, for example on Debian: apt-get install -y make", static _ => true,
        static task => new Command("make", [$"build-{task.LogicalId}"], task.Source) { Variables = [("ARTIFACTS_DIR", task.Stage)] }, static _ => { });

    public static IReadOnlyList<FunctionCompiler> All { get; } =
    [
        new(
            "go.mod", ["provided", "go"], static _ => "go", "Install it, for example on Debian: apt-get install -y golang-go",
            static folder => File.Exists(Path.Combine(folder, "go.mod")) && !File.Exists(Path.Combine(folder, "bootstrap")), Go, static _ => { }),
        new(
            "*.csproj", ["dotnet", "provided"], static _ => "dotnet", "Install the .NET SDK.",
            static folder => ((string[])["*.csproj", "*.fsproj"]).Any(pattern => Directory.EnumerateFiles(folder, pattern).Any()), Dotnet, static _ => { }),
        new(
            "pom.xml", ["java"], static _ => "mvn", "Install it, for example on Debian: apt-get install -y maven",
            static folder => File.Exists(Path.Combine(folder, "pom.xml")), Maven, TakeClasses),
        new(
            "build.gradle", ["java"], static folder => Wrapper(folder) ?? "gradle", "Install it, or put its wrapper (gradlew) into the folder.",
            static folder => ((string[])["build.gradle", "build.gradle.kts"]).Any(name => File.Exists(Path.Combine(folder, name))), Gradle, static _ => { }),
    ];

    public string Manifest { get; }

    public string Fix { get; }

    public string Program(string source) => _program(source);

    public bool Fits(string runtime) => _families.Any(family => runtime.StartsWith(family, StringComparison.Ordinal));

    public bool IsNeeded(string folder) => _isNeeded(folder);

    public async Task RunAsync(CompilerTask task, CancellationToken cancellationToken)
    {
        await BuildProgram.RunAsync(_command(task), cancellationToken);
        _finish(task);
        if (!Directory.EnumerateFileSystemEntries(task.Stage).Any())
        {
            throw new CliError($"{_program(task.Source)} left nothing to deploy.", Manifest, "See what the build writes where.");
        }
    }

    /// <summary>provided.* runs a program of this name.</summary>
    private static Command Go(CompilerTask task) => new(
        "go", ["build", "-trimpath", "-ldflags=-buildid=", "-o", Path.Combine(task.Stage, "bootstrap"), "."], task.Source)
    {
        Variables = [("GOOS", "linux"), ("GOARCH", task.Architecture.Name == "arm64" ? "arm64" : "amd64"), ("CGO_ENABLED", "0")],
    };

    private static Command Dotnet(CompilerTask task) => new(
        "dotnet",
        [
            "publish", "--configuration", "Release", "--output", task.Stage, "--runtime", $"linux-{task.Architecture.Node}", "--nologo",
            "--self-contained", task.Runtime?.StartsWith("provided", StringComparison.Ordinal) == true ? "true" : "false", "--disable-build-servers",
        ],
        task.Source)
    {
        Variables = [("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1")],
    };

    private static Command Maven(CompilerTask task) => new(
        "mvn",
        [
            "--batch-mode", "-DskipTests", "package", "dependency:copy-dependencies", "-DincludeScope=runtime",
            $"-DoutputDirectory={Path.Combine(task.Stage, "lib")}",
        ],
        task.Source);

    /// <summary>Lambda's Java looks into /var/task for classes, and into its lib for jars.</summary>
    private static void TakeClasses(CompilerTask task)
    {
        string classes = Path.Combine(task.Source, "target", "classes");
        if (Directory.Exists(classes))
        {
            FolderCopy.Copy(new DirectoryInfo(classes), task.Stage);
        }
    }

    private static Command Gradle(CompilerTask task)
    {
        string script = Path.Combine(task.Scratch, "collect.gradle");
        File.WriteAllText(script, """
            gradle.projectsEvaluated {
                gradle.rootProject.tasks.register('laminaCollect', Copy) {
                    dependsOn 'classes'
                    from gradle.rootProject.sourceSets.main.output
                    into System.getProperty('lamina.stage')
                    into('lib') { from gradle.rootProject.configurations.runtimeClasspath }
                }
            }
            """);
        return new Command(
            Wrapper(task.Source) ?? "gradle", ["--init-script", script, $"-Dlamina.stage={task.Stage}", "--no-daemon", "--quiet", "laminaCollect"], task.Source);
    }

    private static string? Wrapper(string folder) => Path.Combine(folder, "gradlew") is var wrapper && File.Exists(wrapper) ? wrapper : null;
}
