using Lamina.Contract;
using Lamina.Layers.Inspection;
using Found = Lamina.Layers.Inspection.Inspection;

namespace Lamina.Rooms.Tests.Layers.Inspection;

/// <summary>Findings that need a look into files, and those about where packages lie.</summary>
public sealed class ContentFindingTests : IAsyncDisposable
{
    private readonly InspectionHouse _house = new();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_program_for_another_architecture_is_named()
    {
        ZipBuilder layer = new ZipBuilder().Bytes("lib/arm.so", ElfBuilder.Of(ElfBuilder.Arm64)).Bytes("lib/x86.so", ElfBuilder.Of(ElfBuilder.X8664));
        Assert.Equal(["error elf-architecture /opt/lib/arm.so"], InspectionHouse.Lines(await _house.LayersAsync(InspectionHouse.For("python3.12"), layer)));
        Assert.Equal(["error elf-architecture /opt/lib/x86.so"], InspectionHouse.Lines(await _house.LayersAsync(InspectionHouse.For("python3.12", "arm64"), layer)));
    }

    [Theory]
    [InlineData("python3.11", "GLIBC_2.27", true)]
    [InlineData("python3.11", "GLIBC_2.26", false)]
    [InlineData("python3.12", "GLIBC_2.34", false)]
    [InlineData("python3.12", "GLIBC_2.35", true)]
    [InlineData("provided.al2", "GLIBC_2.34", true)]
    public async Task A_library_that_needs_a_newer_glibc_than_the_runtime_has_is_named(string runtime, string version, bool named)
    {
        ZipBuilder layer = new ZipBuilder().Bytes("lib/a.so.1", ElfBuilder.Of(ElfBuilder.X8664, ["GLIBC_2.2.5", version, "GLIBC_PRIVATE"]));
        Found found = await _house.LayersAsync(InspectionHouse.For(runtime), layer);
        Assert.Equal(named ? ["error elf-glibc /opt/lib/a.so.1"] : [], InspectionHouse.Lines(found));
        Assert.All(found.Findings, finding => Assert.Contains("Here, with 2.36, it works.", finding.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_library_linked_against_musl_is_named()
    {
        ZipBuilder layer = new ZipBuilder()
            .Bytes("bin/tool", ElfBuilder.Of(ElfBuilder.X8664, interpreter: "/lib/ld-musl-x86_64.so.1"), 0x1ED)
            .Bytes("lib/needs.so", ElfBuilder.Of(ElfBuilder.X8664, needed: "libc.musl-x86_64.so.1"));
        Assert.Equal(
            ["error elf-musl /opt/bin/tool", "error elf-musl /opt/lib/needs.so"],
            InspectionHouse.Lines(await _house.LayersAsync(InspectionHouse.For("nodejs22.x"), layer)));
    }

    [Fact]
    public async Task Every_cut_and_flipped_bit_of_an_elf_file_is_survived()
    {
        byte[] whole = ElfBuilder.Of(ElfBuilder.X8664, ["GLIBC_2.30"]);
        ZipBuilder zip = new();
        for (int i = 0; i < whole.Length; i += 3)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0xFF;
            zip.Bytes($"lib/{i}.so", damaged).Bytes($"lib/cut{i}.so", whole[..i]);
        }

        Found found = await _house.ArchiveAsync(InspectionHouse.Nothing, zip);
        Assert.Equal(2 * ((whole.Length + 2) / 3), found.Sources.Single().Files);
    }

    [Fact]
    public async Task An_extension_for_another_Python_is_named_unless_the_right_one_is_beside_it()
    {
        ZipBuilder layer = new ZipBuilder()
            .File("python/a/_x.cpython-310-x86_64-linux-gnu.so", "").File("python/b/_y.cpython-310-x86_64-linux-gnu.so", "")
            .File("python/b/_y.cpython-312-x86_64-linux-gnu.so", "").File("python/c/_z.abi3.so", "").File("python/c/_z.cpython-310-x86_64-linux-gnu.so", "");
        Assert.Equal(
            ["error python-version /opt/python/a/_x.cpython-310-x86_64-linux-gnu.so"],
            InspectionHouse.Lines(await _house.LayersAsync(InspectionHouse.For("python3.12"), layer)));
        Assert.Empty((await _house.LayersAsync(InspectionHouse.For("nodejs22.x"), layer)).Findings);
    }

    [Fact]
    public async Task A_distribution_in_two_versions_is_named_across_layers_and_code()
    {
        ZipBuilder first = Distribution("python/typing_extensions-4.1.0.dist-info", "Typing_Extensions", "4.1.0");
        ZipBuilder second = Distribution("python/lib/python3.12/site-packages/typing.extensions-4.2.0.dist-info", "typing.extensions", "4.2.0");
        ZipBuilder code = Distribution("typing_extensions-4.3.0.dist-info", "typing-extensions", "4.3.0");
        Found found = await _house.StackAsync(InspectionHouse.For("python3.12"), code, first, second);
        Finding finding = Assert.Single(found.Findings);
        Assert.Equal(("package-in-two-versions", "/var/task/typing_extensions-4.3.0.dist-info"), (finding.Code, finding.Path));
        Assert.Equal(["code", "layer2", "layer1"], finding.Sources);
        Assert.Empty((await _house.StackAsync(InspectionHouse.For("nodejs22.x"), code, first)).Findings);
        Assert.Empty((await _house.LayersAsync(InspectionHouse.For("python3.12"), first, Distribution("python/lib/python3.12/site-packages/T.egg-info", "typing_extensions", "4.1.0", "PKG-INFO"))).Findings);
    }

    [Fact]
    public async Task A_Node_package_in_two_versions_is_named_though_one_covers_the_other()
    {
        Found found = await _house.LayersAsync(InspectionHouse.For("nodejs22.x"), Package("1.0.0", "@a/b"), Package("1.1.0", "@a/b"));
        Assert.Contains("warning package-in-two-versions /opt/nodejs/node_modules/@a/b", InspectionHouse.Lines(found));
        Assert.Contains("1.1.0 in /opt/nodejs/node_modules of layer2, 1.0.0", found.Findings.Single(f => f.Code == "package-in-two-versions").Message, StringComparison.Ordinal);
        // Nested ones are how npm solves it.
        Assert.Empty((await _house.LayersAsync(InspectionHouse.For("nodejs22.x"), Package("1.0.0", "a").File("nodejs/node_modules/c/node_modules/a/package.json", """{"version":"2.0.0"}"""))).Findings);
    }

    [Theory]
    [InlineData("site-packages/a.py", "/opt/site-packages", null)]
    [InlineData("node_modules/a/index.js", "/opt/node_modules", null)]
    [InlineData("lib/python3.12/site-packages/a.py", "/opt/lib/python3.12/site-packages", null)]
    [InlineData("a-1.dist-info/RECORD", "/opt/a-1.dist-info", null)]
    [InlineData("python/lib/python3.11/site-packages/a.py", "/opt/python/lib/python3.11/site-packages", "python3.12")]
    [InlineData("nodejs/node20/node_modules/a/index.js", "/opt/nodejs/node20/node_modules", "nodejs22.x")]
    [InlineData("python/lib/python3.12/site-packages/a.py", null, "python3.12")]
    [InlineData("nodejs/node22/node_modules/a/index.js", null, "nodejs22.x")]
    [InlineData("python/a.py", null, "nodejs22.x")]
    [InlineData("share/site-packages.txt", null, null)]
    public async Task Content_where_no_runtime_looks_is_named(string file, string? folder, string? runtime)
    {
        Found found = await _house.LayersAsync(runtime is null ? InspectionHouse.Nothing : InspectionHouse.For(runtime), new ZipBuilder().File(file, ""));
        Assert.Equal(folder is null ? [] : [$"warning folder-not-looked-at {folder}"], InspectionHouse.Lines(found));
    }

    [Fact]
    public async Task Caches_and_tests_are_named_with_their_size()
    {
        ZipBuilder layer = new ZipBuilder()
            .File("python/a/__pycache__/m.cpython-312.pyc", "123").File("python/a/b/__pycache__/n.cpython-312.pyc", "4567").File("python/a/m.py", "")
            .File("python/a/tests/t.py", "12").File("python/a/tests/data/d", "3").File("nodejs/node_modules/p/test/t.js", "").File("python/tests/__init__.py", "");
        Found found = await _house.LayersAsync(InspectionHouse.Nothing, layer);
        Assert.Equal(
            ["advice compiled-cache /opt/python/a/__pycache__", "advice tests /opt/nodejs/node_modules/p/test", "advice tests /opt/python/a/tests"],
            InspectionHouse.Lines(found));
        Assert.Contains("2 files of compiled Python in this and other __pycache__ folders, 7 bytes", found.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("2 files, 3 bytes", found.Findings[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_is_inspected_like_a_layer_and_not_stored()
    {
        ZipBuilder zip = Distribution("python/a-1.dist-info", "a", "1").Bytes("lib/a.so", ElfBuilder.Of(ElfBuilder.Arm64, ["GLIBC_2.30"])).File("bin/x", "#!/bin/sh\n");
        Found unpublished = await _house.ArchiveAsync(InspectionHouse.For("python3.12"), zip);
        Assert.Equal(0, _house.StoredArchives);
        Found published = await _house.LayersAsync(InspectionHouse.For("python3.12"), zip);
        Assert.Equal(InspectionHouse.Lines(published), InspectionHouse.Lines(unpublished));
        Assert.Equal(["error elf-architecture /opt/lib/a.so", "warning execute-bit-lost /opt/bin/x"], InspectionHouse.Lines(unpublished));
    }

    [Fact]
    public async Task What_is_no_runtime_is_refused()
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _house.ArchiveAsync(InspectionHouse.For("cobol85"), new ZipBuilder().File("a", "")));
        Assert.Equal("ValidationException", error.Code);
    }

    private static ZipBuilder Distribution(string folder, string name, string version, string file = "METADATA") =>
        new ZipBuilder().File($"{folder}/{file}", $"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not this\n");

    private static ZipBuilder Package(string version, string name) =>
        new ZipBuilder().File($"nodejs/node_modules/{name}/package.json", $$"""{"name":"{{name}}","version":"{{version}}"}""");
}
