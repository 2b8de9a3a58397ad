using System.Text.Json.Nodes;
using Lamina.Rooms.Tests.Images;
using Lamina.Rooms.Tests.Server;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>The verbs of images, against a server.</summary>
public sealed class ImageVerbTests(ServedHouse house) : IClassFixture<ServedHouse>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _name = $"i{Guid.NewGuid():N}"[..12];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("layout")]
    [InlineData("oci archive")]
    [InlineData("docker archive")]
    [InlineData("docker archive of layers that are not compressed")]
    [InlineData("compressed archive")]
    public async Task An_image_is_imported_from_every_form_it_is_saved_in(string form)
    {
        TestImage image = Image(form, gzip: form != "docker archive of layers that are not compressed");
        string file = Path.Combine(_folder.Path, "image.tar");
        string from = form switch
        {
            "layout" => image.WriteLayout(_folder.Path),
            "oci archive" => image.WriteOciArchive(file),
            "compressed archive" => Compressed(image.WriteOciArchive(file)),
            _ => image.WriteDockerArchive(file, "other:1"),
        };
        LaminaOutcome imported = await RunAsync("image", "import", $"{_name}:1", "--from", from, "--json");
        Assert.True(imported.ExitCode == 0, imported.Error);
        JsonNode shown = JsonNode.Parse(imported.Output)!;
        Assert.Equal(($"{_name}:1", "x86_64", 2), ((string?)shown["name"], (string?)shown["architecture"], (int)shown["layers"]!));
        if (!form.StartsWith("docker", StringComparison.Ordinal))
        {
            Assert.Equal(image.Digest, (string?)shown["digest"]);
        }

        LaminaOutcome again = await RunAsync("image", "import", $"{_name}:1", "--from", from);
        Assert.Equal($"{_name}:1@{shown["digest"]}", again.Output.Trim());
    }

    [Fact]
    public async Task Images_are_listed_and_lose_their_names()
    {
        await RunAsync("image", "import", _name, "--from", Image("list").WriteLayout(_folder.Path));
        Assert.Contains($"{_name}:latest", (await RunAsync("image", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("image", "delete", _name)).ExitCode);
        Assert.DoesNotContain(_name, (await RunAsync("image", "list", "--json")).Output, StringComparison.Ordinal);
        LaminaOutcome gone = await RunAsync("image", "delete", _name);
        Assert.Equal((1, true), (gone.ExitCode, gone.Error.Contains($"There is no image {_name}:latest.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_function_is_deployed_from_an_image_and_follows_its_tag()
    {
        TestImage first = Image("first");
        TestImage second = Image("second");
        await RunAsync("image", "import", _name, "--from", first.WriteLayout(Path.Combine(_folder.Path, "first")));
        Assert.Equal(first.Digest, await DeployedAsync("--memory", "256"));
        string revision = await RevisionAsync();
        Assert.Equal(first.Digest, await DeployedAsync());
        Assert.Equal(revision, await RevisionAsync());
        await RunAsync("image", "import", _name, "--from", second.WriteLayout(Path.Combine(_folder.Path, "second")));
        Assert.Equal(second.Digest, await DeployedAsync());

        LaminaOutcome absent = await RunAsync("function", "deploy", _name, "--image", "never:1");
        Assert.Equal((1, true), (absent.ExitCode, absent.Error.Contains("Source image never:1 does not exist.", StringComparison.Ordinal)));

        async Task<string> DeployedAsync(params string[] options)
        {
            LaminaOutcome deployed = await RunAsync(["function", "deploy", _name, "--image", $"{_name}:latest", "--json", .. options]);
            Assert.True(deployed.ExitCode == 0, deployed.Error);
            JsonNode shown = JsonNode.Parse(deployed.Output)!;
            Assert.Equal(("Image", 256), ((string?)shown["PackageType"], (int)shown["MemorySize"]!));
            return $"sha256:{shown["CodeSha256"]}";
        }

        async Task<string> RevisionAsync() =>
            (string)(await house.SendAsync(HttpMethod.Get, $"/2015-03-31/functions/{_name}/configuration")).Json["RevisionId"]!;
    }

    [Fact]
    public async Task What_cannot_be_imported_is_told_with_what_to_do()
    {
        string text = _folder.Write("text", "no archive, but long enough to be taken for one".PadRight(2000), (UnixFileMode)0x1A4);
        string layout = new TestImage { Architecture = "riscv64" }.Layer(new TarBuilder().File("f", "x")).WriteLayout(Path.Combine(_folder.Path, "layout"));
        TestImage image = Image("incomplete");
        string incomplete = image.WriteLayout(Path.Combine(_folder.Path, "incomplete"));
        File.Delete(Path.Combine(incomplete, "blobs", image.Blobs.Last().Key.Replace(':', '/')));
        foreach ((string from, string complaint) in new[]
        {
            (Path.Combine(_folder.Path, "absent"), "There is no such file or folder"),
            (text, "This is no image"),
            (Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName, "This is no image"),
            (layout, "There is no image for linux/amd64 among linux/s390x, linux/riscv64."),
            (incomplete, "lacks sha256:"),
        })
        {
            LaminaOutcome refused = await RunAsync("image", "import", _name, "--from", from, "--architecture", "x86_64");
            Assert.Contains(complaint, refused.Error, StringComparison.Ordinal);
            Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
            Assert.Contains("  fix ", refused.Error, StringComparison.Ordinal);
        }

        LaminaOutcome hostile = await RunAsync(
            "image", "import", _name, "--from", new TestImage().Layer(new TarBuilder().File("../out", "x")).WriteLayout(Path.Combine(_folder.Path, "hostile")));
        Assert.Contains("'../out': it leads out of the image.", hostile.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("image", "import", "Not A Name", "--from", layout)).ExitCode);
    }

    private static TestImage Image(string own, bool gzip = true) =>
        new TestImage().Layer(new TarBuilder().File("shared", "x"), gzip).Layer(new TarBuilder().File("own", own), gzip);

    private static string Compressed(string file)
    {
        File.WriteAllBytes(file, TarBuilder.Gzip(File.ReadAllBytes(file)));
        return file;
    }

    private Task<LaminaOutcome> RunAsync(params string[] arguments) =>
        LaminaProcess.RunAsync([.. arguments, "--endpoint", house.Address.ToString()]);
}
