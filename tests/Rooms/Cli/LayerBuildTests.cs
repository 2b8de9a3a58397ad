using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>Real package managers over packages that the tests make; nothing is downloaded.</summary>
[SupportedOSPlatform("linux")]
public sealed class LayerBuildTests
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateExecutable = Private | UnixFileMode.UserExecute;
    private const int ModeMask = 0xFFF;

    [Theory]
    [InlineData("python3.11")]
    [InlineData("python3.13")]
    public async Task Python_packages_are_laid_out_for_the_runtime_without_a_trace_of_the_machine(string runtime)
    {
        Needs(["python3", "-m", "pip", "--version"]);
        using var folder = new TemporaryFolder();
        MakePython(folder);

        ZipArchive zip = await BuildAsync(folder, "--runtime", runtime);

        Assert.Equal("def hello(): return 'hi'\n", Text(zip, "python/greeting/__init__.py"));
        Assert.StartsWith($"#!/usr/bin/env {runtime}\n", Text(zip, "python/bin/greet"), StringComparison.Ordinal);
        Assert.Equal(0x1ED, Mode(zip, "python/bin/greet"));
        Assert.DoesNotContain(zip.Entries, entry => entry.Name.EndsWith(".pyc", StringComparison.Ordinal) || entry.Name == "direct_url.json");
        string record = Text(zip, "python/greeting-1.0.dist-info/RECORD");
        Assert.Contains("greeting/__init__.py,sha256=", record, StringComparison.Ordinal);
        Assert.DoesNotContain("bin/greet", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_npm_package_is_installed_without_running_its_scripts()
    {
        Needs(["npm", "--version"]);
        using var folder = new TemporaryFolder();
        string ran = Path.Combine(folder.Path, "ran");
        await MakeNodeAsync(folder, ran);
        await RunAsync("npm", folder.Path, "install", "--package-lock-only", "--ignore-scripts", "--no-audit");
        Assert.True(File.Exists(Path.Combine(folder.Path, "package-lock.json")));

        ZipArchive zip = await BuildAsync(folder, "--runtime", "nodejs20.x");

        Assert.Equal("module.exports = 1\n", Text(zip, "nodejs/node_modules/tool/index.js"));
        Assert.Null(zip.GetEntry("nodejs/node_modules/.package-lock.json"));
        Assert.False(File.Exists(ran));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "node_modules")));
    }

    [Fact]
    public async Task Scripts_of_npm_packages_run_when_they_are_allowed()
    {
        Needs(["npm", "--version"]);
        using var folder = new TemporaryFolder();
        string ran = Path.Combine(folder.Path, "ran");
        await MakeNodeAsync(folder, ran);

        await BuildAsync(folder, "--allow-scripts");

        Assert.True(File.Exists(ran));
    }

    [Fact]
    public async Task Gems_go_where_the_runtime_looks_for_them()
    {
        Needs(["bundle", "--version"]);
        using var folder = new TemporaryFolder();
        await MakeRubyAsync(folder);

        ZipArchive zip = await BuildAsync(folder, "--runtime", "ruby3.3");

        Assert.Equal("HEY = 1\n", Text(zip, "ruby/gems/3.3.0/gems/hey-1.0/lib/hey.rb"));
        Assert.NotNull(zip.GetEntry("ruby/gems/3.3.0/specifications/hey-1.0.gemspec"));
        Assert.Null(zip.GetEntry("ruby/gems/3.3.0/cache/hey-1.0.gem"));
    }

    [Fact]
    public async Task Jars_become_java_lib()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.jar", "a", Private);

        ZipArchive zip = await BuildAsync(folder, "--runtime", "java21");

        Assert.Equal(["java/", "java/lib/", "java/lib/a.jar"], zip.Entries.Select(static entry => entry.FullName));
    }

    [Fact]
    public async Task Maven_is_asked_for_the_jars_that_the_project_needs_when_it_runs()
    {
        using var folder = new TemporaryFolder();
        using var path = new TemporaryFolder();
        folder.Write("pom.xml", "<project/>", Plain);

        // Maven itself downloads even the plugin that copies, so a scripted one stands in for it.
        path.Write("mvn", """
            #!/bin/sh
            for argument; do
                case $argument in -DoutputDirectory=*) mkdir -p "${argument#*=}" && echo "$*" > "${argument#*=}/asked.jar" ;; esac
            done
            """, PrivateExecutable);

        ZipArchive zip = await BuildAsync(folder, ("PATH", $"{path.Path}:/usr/bin:/bin"));

        Assert.Contains("dependency:copy-dependencies -DincludeScope=runtime", Text(zip, "java/lib/asked.jar"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_its_place_goes_over_what_was_installed_and_the_rest_is_named()
    {
        Needs(["python3", "-m", "pip", "--version"]);
        using var folder = new TemporaryFolder();
        MakePython(folder);
        folder.Write("python/greeting/__init__.py", "mine\n", Plain);
        folder.Write("bin/tool", "#!/bin/sh\n", PrivateExecutable);
        folder.Write("notes/todo", "x", Plain);

        string output = Path.Combine(folder.Path, "..", $"{Guid.NewGuid():N}.zip");
        LaminaOutcome outcome = await LaminaProcess.RunAsync(Inherited, "layer", "build", folder.Path, "--runtime", "python3.11", "-o", output);
        using ZipArchive zip = Take(output);

        Assert.Equal("mine\n", Text(zip, "python/greeting/__init__.py"));
        Assert.NotNull(zip.GetEntry("bin/tool"));
        Assert.Contains("Not taken: notes, wheels.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_laid_out_as_opt_is_taken_as_it_is_with_normal_modes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("bin/tool", "#!/bin/sh\n", PrivateExecutable);
        folder.Write("config/settings.json", "{}", Private);
        folder.Write("nodejs/node_modules/own/index.js", "1", Private);
        folder.Write("python/__pycache__/a.cpython-311.pyc", "compiled", Private);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "current"), "config");

        ZipArchive zip = await BuildAsync(folder);

        Assert.Equal((0x1ED, 0x1A4, 0x1ED), (Mode(zip, "bin/tool"), Mode(zip, "config/settings.json"), Mode(zip, "config/")));
        Assert.Equal("1", Text(zip, "nodejs/node_modules/own/index.js"));
        Assert.Equal("config", Text(zip, "current"));
        Assert.DoesNotContain(zip.Entries, static entry => entry.FullName.Contains("__pycache__", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes_in_another_folder_at_another_time_under_another_umask()
    {
        Needs(["python3", "-m", "pip", "--version"]);
        Needs(["npm", "--version"]);
        Needs(["bundle", "--version"]);
        using var folder = new TemporaryFolder();
        MakePython(folder);
        await MakeNodeAsync(folder, "/dev/null");
        await MakeRubyAsync(folder);
        using var elsewhere = new TemporaryFolder();
        await RunAsync("/bin/sh", elsewhere.Path, "-c", $"umask 077 && cp -r '{folder.Path}/.' a-longer-name && find a-longer-name -exec touch -d 2031-05-06 {{}} +");

        byte[] one = await BytesAsync(folder.Path, []);
        byte[] other = await BytesAsync(
            Path.Combine(elsewhere.Path, "a-longer-name"), [("TMPDIR", Directory.CreateDirectory(Path.Combine(elsewhere.Path, "tmp")).FullName)]);

        Assert.Equal(Convert.ToHexString(SHA256.HashData(one)), Convert.ToHexString(SHA256.HashData(other)));
    }

    [Fact]
    public async Task A_missing_package_manager_is_named_with_the_way_to_get_it()
    {
        using var folder = new TemporaryFolder();
        folder.Write("package.json", "{}", Plain);

        LaminaOutcome outcome = await LaminaProcess.RunAsync(
            new Dictionary<string, string>(Inherited) { ["PATH"] = "/nowhere" }, "layer", "build", folder.Path);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("package.json needs npm, which is not installed.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("apt-get install -y npm", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_failing_package_manager_said_is_shown()
    {
        Needs(["python3", "-m", "pip", "--version"]);
        using var folder = new TemporaryFolder();
        folder.Write("requirements.txt", "--no-index\nnosuchpackage==1.0\n", Plain);

        LaminaOutcome outcome = await LaminaProcess.RunAsync(Inherited, "layer", "build", folder.Path, "--runtime", "python3.11", "-o", "/nowhere/x.zip");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("No matching distribution found for nosuchpackage==1.0", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("requirements.txt needs to know the runtime")]
    [InlineData("'pyton3' is not the name of a runtime.", "--runtime", "pyton3")]
    [InlineData("'sparc' is not an architecture of Lambda.", "--architecture", "sparc")]
    public async Task A_build_that_lacks_something_says_what(string fault, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        folder.Write("requirements.txt", "x\n", Plain);

        LaminaOutcome outcome = await LaminaProcess.RunAsync(Inherited, ["layer", "build", folder.Path, .. arguments]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(fault, outcome.Error, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Inherited { get; } = new(StringComparer.Ordinal);

    internal static void MakePython(TemporaryFolder folder)
    {
        folder.Write("requirements.txt", "--no-index\n--find-links wheels\ngreeting==1.0\n", Plain);
        Directory.CreateDirectory(Path.Combine(folder.Path, "wheels"));
        (string Name, string Text)[] files =
        [
            ("greeting/__init__.py", "def hello(): return 'hi'\n"),
            ("greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n"),
            ("greeting-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("greeting-1.0.dist-info/entry_points.txt", "[console_scripts]\ngreet = greeting:hello\n"),
        ];
        string record = string.Concat(files.Select(static file => $"{file.Name},sha256={Digest(file.Text)},{file.Text.Length}\n"));
        using ZipArchive wheel = ZipFile.Open(Path.Combine(folder.Path, "wheels", "greeting-1.0-py3-none-any.whl"), ZipArchiveMode.Create);
        foreach ((string name, string text) in files.Append(("greeting-1.0.dist-info/RECORD", $"{record}greeting-1.0.dist-info/RECORD,,\n")))
        {
            using Stream entry = wheel.CreateEntry(name).Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    private static string Digest(string text) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text))).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    internal static async Task MakeNodeAsync(TemporaryFolder folder, string ran)
    {
        using var package = new TemporaryFolder();
        package.Write("package.json", $$$"""{"name":"tool","version":"1.0.0","scripts":{"install":"touch {{{ran}}}"}}""", Plain);
        package.Write("index.js", "module.exports = 1\n", Plain);
        await RunAsync("npm", folder.Path, "pack", package.Path);
        folder.Write("package.json", """{"name":"layer","dependencies":{"tool":"file:tool-1.0.0.tgz"}}""", Plain);
    }

    internal static async Task MakeRubyAsync(TemporaryFolder folder)
    {
        using var gem = new TemporaryFolder();
        gem.Write(
            "hey.gemspec",
            "Gem::Specification.new { |s| s.name = 'hey'; s.version = '1.0'; s.summary = 'x'; s.authors = ['a']; s.files = ['lib/hey.rb'] }",
            Plain);
        gem.Write("lib/hey.rb", "HEY = 1\n", Plain);
        string cache = Directory.CreateDirectory(Path.Combine(folder.Path, "vendor", "cache")).FullName;
        await RunAsync("gem", gem.Path, "build", "hey.gemspec", "-o", Path.Combine(cache, "hey-1.0.gem"));
        folder.Write("Gemfile", "source 'https://rubygems.org'\ngem 'hey'\n", Plain);
        folder.Write(
            "Gemfile.lock", "GEM\n  remote: https://rubygems.org/\n  specs:\n    hey (1.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  hey\n", Plain);
    }

    private static Task<ZipArchive> BuildAsync(TemporaryFolder folder, params string[] arguments) => BuildAsync(folder, [], arguments);

    private static Task<ZipArchive> BuildAsync(TemporaryFolder folder, (string Name, string Value) variable) => BuildAsync(folder, [variable], []);

    private static async Task<ZipArchive> BuildAsync(TemporaryFolder folder, (string Name, string Value)[] variables, string[] arguments) =>
        new(new MemoryStream(await BytesAsync(folder.Path, variables, arguments)));

    private static async Task<byte[]> BytesAsync(string folder, (string Name, string Value)[] variables, params string[] arguments)
    {
        if (arguments.Length == 0)
        {
            arguments = ["--runtime", "python3.11,nodejs20.x,ruby3.3"];
        }

        using var target = new TemporaryFolder();
        string output = Path.Combine(target.Path, "layer.zip");
        var environment = variables.ToDictionary(static variable => variable.Name, static variable => variable.Value, StringComparer.Ordinal);
        LaminaOutcome outcome = await LaminaProcess.RunAsync(environment, ["layer", "build", folder, "--output", output, .. arguments]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal($"{output}\n", outcome.Output);
        return await File.ReadAllBytesAsync(output);
    }

    private static ZipArchive Take(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return new ZipArchive(new MemoryStream(bytes));
    }

    private static string Text(ZipArchive zip, string name)
    {
        using var reader = new StreamReader((zip.GetEntry(name) ?? throw new FileNotFoundException(name)).Open());
        return reader.ReadToEnd();
    }

    private static int Mode(ZipArchive zip, string name) => (int)((uint)zip.GetEntry(name)!.ExternalAttributes >> 16) & ModeMask;

    internal static void Needs(string[] command)
    {
        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/env", command) { RedirectStandardOutput = true, RedirectStandardError = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        process.WaitForExit();
        Assert.SkipUnless(process.ExitCode == 0, $"{command[0]} is not installed.");
    }

    private static async Task RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} failed: {await output}{errors}");
    }
}
