using System.IO.Compression;
using System.Runtime.Versioning;
using System.Text;
using Lamina.Cli;
using Lamina.Cli.Builds;
using Lamina.Cli.Stacks;
using Lamina.Cli.Terminals;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>What `lamina deploy` builds of functions, with real package managers over packages that the tests make; nothing is downloaded.</summary>
[SupportedOSPlatform("linux")]
public sealed class ArtifactBuildTests : IDisposable
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _cache = new();
    private readonly StringWriter _said = new();

    public void Dispose()
    {
        _folder.Dispose();
        _cache.Dispose();
        _said.Dispose();
    }

    [Fact]
    public async Task Python_packages_lie_beside_the_code_which_goes_over_them()
    {
        LayerBuildTests.Needs(["python3", "-m", "pip", "--version"]);
        LayerBuildTests.MakePython(_folder);
        _folder.Write("app.py", "import greeting\n", Plain);
        _folder.Write("greeting/more.py", "mine\n", Plain);
        LocalArtifact artifact = Function("python3.11");

        byte[] first = await Builds().RunAsync(artifact, _folder.Path, TestContext.Current.CancellationToken);
        byte[] again = await Builds().RunAsync(artifact, _folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(first, again);
        Assert.Single(Directory.GetFileSystemEntries(_cache.Path));
        Assert.Equal("def hello(): return 'hi'\n", Text(first, "greeting/__init__.py"));
        Assert.Equal("mine\n", Text(first, "greeting/more.py"));
        Assert.Equal("import greeting\n", Text(first, "app.py"));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "greeting", "__init__.py")));
    }

    [Fact]
    public async Task Node_and_Ruby_packages_lie_where_their_functions_look()
    {
        LayerBuildTests.Needs(["npm", "--version"]);
        await LayerBuildTests.MakeNodeAsync(_folder, Path.Combine(_folder.Path, "ran"));
        _folder.Write("index.js", "x\n", Plain);
        byte[] node = await Builds().RunAsync(Function("nodejs20.x"), _folder.Path, TestContext.Current.CancellationToken);
        Assert.Equal("module.exports = 1\n", Text(node, "node_modules/tool/index.js"));
        Assert.Equal("x\n", Text(node, "index.js"));

        LayerBuildTests.Needs(["bundle", "--version"]);
        using TemporaryFolder ruby = new();
        await LayerBuildTests.MakeRubyAsync(ruby);
        byte[] gems = await Builds().RunAsync(Function("ruby3.3"), ruby.Path, TestContext.Current.CancellationToken);
        Assert.Contains(Names(gems), static name => name.StartsWith("vendor/bundle/ruby/3.3.0/gems/", StringComparison.Ordinal));
        Assert.Contains("Gemfile", Names(gems));
    }

    [Fact]
    public async Task Go_becomes_the_bootstrap()
    {
        LayerBuildTests.Needs(["go", "version"]);
        _folder.Write("go.mod", "module example.com/fn\n\ngo 1.19\n", Plain);
        _folder.Write("main.go", "package main\n\nfunc main() { println(\"hi\") }\n", Plain);

        byte[] archive = await Builds().RunAsync(Function("provided.al2023"), _folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(["bootstrap"], Names(archive));
        using ZipArchive zip = new(new MemoryStream(archive));
        Assert.Equal(0x1ED, (zip.Entries[0].ExternalAttributes >> 16) & 0xFFF);
    }

    [Theory]
    [InlineData("python3.11", "requirements.txt", "# nothing\n\n")]
    [InlineData("python3.11", "package.json", "{\"dependencies\":{\"a\":\"1\"}}")]
    [InlineData("nodejs20.x", "package.json", "{\"devDependencies\":{\"a\":\"1\"}}")]
    [InlineData("nodejs20.x", "go.mod", "module x\n")]
    public void What_needs_no_build_has_none(string runtime, string manifest, string text)
    {
        _folder.Write(manifest, text, Plain);

        Assert.False(ArtifactBuilds.Needs(Function(runtime), _folder.Path));
    }

    [Fact]
    public void What_is_installed_already_or_skips_its_build_has_none()
    {
        _folder.Write("package.json", "{\"dependencies\":{\"a\":\"1\"}}", Plain);
        Assert.True(ArtifactBuilds.Needs(Function("nodejs20.x"), _folder.Path));
        Assert.False(ArtifactBuilds.Needs(Function("nodejs20.x") with { SkipsBuild = true }, _folder.Path));
        _folder.Write("node_modules/a/package.json", "{}", Plain);
        Assert.False(ArtifactBuilds.Needs(Function("nodejs20.x"), _folder.Path));
    }

    [Fact]
    public async Task A_failed_build_names_the_function_the_tool_and_the_way_round()
    {
        LayerBuildTests.Needs(["python3", "-m", "pip", "--version"]);
        _folder.Write("requirements.txt", "--index-url http://127.0.0.1:9/simple\nnosuchpackage==1.0\n", Plain);

        CliError error = await Assert.ThrowsAsync<CliError>(
            () => Builds().RunAsync(Function("python3.11"), _folder.Path, TestContext.Current.CancellationToken));

        Assert.StartsWith("Function could not be built: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("nosuchpackage", error.Message, StringComparison.Ordinal);
        Assert.Contains("package index could not be reached", error.Fix, StringComparison.Ordinal);
        Assert.Contains("--no-build", error.Fix, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Where, StringComparison.Ordinal);
    }

    private static LocalArtifact Function(string runtime) => new(
        "Function", "AWS::Serverless::Function", LocalArtifact.Code, "S3Uri", [], ".", 1, 1, runtime, Architecture: null, Handler: null, BuildMethod: null,
        SkipsBuild: false);

    private static string Text(byte[] archive, string name)
    {
        using ZipArchive zip = new(new MemoryStream(archive));
        using StreamReader reader = new(zip.GetEntry(name)!.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string[] Names(byte[] archive)
    {
        using ZipArchive zip = new(new MemoryStream(archive));
        return [.. zip.Entries.Select(static entry => entry.FullName)];
    }

    private ArtifactBuilds Builds() => new(
        new Terminal(new TerminalOptions(TextWriter.Null, _said, false, false, false), TimeProvider.System), new BuildCache(_cache.Path, TimeProvider.System));
}
