using Lamina.Execution;

namespace Lamina.Rooms.Tests.Execution;

public sealed class RuntimeCatalogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-runtimes-").FullName;

    [Fact]
    public void The_exact_version_is_taken_where_the_machine_has_it()
    {
        Program("usr/bin/python3.11", "\u00003.11.2\u0000");
        Program("usr/bin/python3.12", "\u00003.12.7\u0000");

        RuntimeResolution resolved = Catalog().Resolve("python3.12");

        Assert.Equal(Path.Combine(_folder, "usr/bin/python3.12"), resolved.InterpreterPath);
        Assert.Equal("3.12.7", resolved.Version);
        Assert.True(resolved.Exact);
        Assert.Null(resolved.Note);
    }

    [Theory]
    [InlineData("python3.8", "3.9")]
    [InlineData("python3.10", "3.11")]
    [InlineData("python3.14", "3.11")]
    public void Else_the_nearest_is_taken_and_said(string id, string expected)
    {
        Program("usr/bin/python3.9", "");
        Program("usr/bin/python3.11", "");

        RuntimeResolution resolved = Catalog().Resolve(id);

        Assert.Equal(expected, resolved.Version);
        Assert.False(resolved.Exact);
        Assert.Contains("nearest", resolved.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_into_a_hidden_folder_is_no_interpreter()
    {
        Program("home/me/python3.12", "");
        Directory.CreateDirectory(Path.Combine(_folder, "usr/bin"));
        File.CreateSymbolicLink(Path.Combine(_folder, "usr/bin/python3.12"), Path.Combine(_folder, "home/me/python3.12"));

        RuntimeResolution resolved = Catalog().Resolve("python3.12");

        Assert.Null(resolved.InterpreterPath);
        Assert.Contains("apt install python3", resolved.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_is_known_by_its_text_or_its_headers()
    {
        Program("usr/bin/node", new string('x', 3_000_000) + "https://nodejs.org/download/release/v20.19.2/node-v20.19.2.tar.gz");
        Program("usr/local/bin/node", "");
        Program(
            "usr/local/include/node/node_version.h",
            "#define NODE_MAJOR_VERSION 22\n#define NODE_MINOR_VERSION 4\n#define NODE_PATCH_VERSION 1\n");

        Assert.Equal("20.19.2", Catalog().Resolve("nodejs20.x").Version);
        Assert.Equal("22.4.1", Catalog().Resolve("nodejs22.x").Version);
    }

    [Fact]
    public void Ruby_is_known_by_its_name_its_folder_and_its_library()
    {
        Program("usr/bin/ruby3.1", "");
        Program("usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1", "\u0000ruby 3.1.2p20 (2022-04-12)");
        Program("usr/local/bin/ruby", "ruby 3.4.5 (2025-07-16)");
        Program("usr/local/lib/ruby/3.4.0/json.rb", "");

        Assert.Equal("3.1.2", Catalog().Resolve("ruby3.2").Version);
        Assert.Equal("3.4.5", Catalog().Resolve("ruby3.4").Version);
        Assert.True(Catalog().Resolve("ruby3.4").Exact);
    }

    [Fact]
    public void Java_is_known_by_its_release_file()
    {
        Program("usr/lib/jvm/java-17/bin/java", "");
        Program("usr/lib/jvm/java-17/release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n");
        Program("usr/lib/jvm/java-8/bin/java", "");
        Program("usr/lib/jvm/java-8/release", "JAVA_VERSION=\"1.8.0_402\"\n");

        Assert.Equal(("17.0.15", true), (Catalog().Resolve("java17").Version, Catalog().Resolve("java17.al2023").Exact));
        Assert.Equal("8.0.402", Catalog().Resolve("java8.al2").Version);
        Assert.Equal("17.0.15", Catalog().Resolve("java25").Version);
    }

    [Fact]
    public void The_newest_NET_serves_all_of_them_unless_it_is_older_than_our_client()
    {
        Program("usr/share/dotnet/dotnet", "");
        Program("usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.11/x", "");
        Assert.Null(Catalog().Resolve("dotnet8").InterpreterPath);
        Program("usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.2/x", "");

        Assert.Equal(("10.0.2", false), (Catalog().Resolve("dotnet8").Version, Catalog().Resolve("dotnet8").Exact));
        Assert.True(Catalog().Resolve("dotnet10").Exact);
    }

    [Fact]
    public void What_is_installed_replaced_or_removed_while_the_server_runs_is_seen()
    {
        RuntimeCatalog catalog = Catalog();
        Program("usr/bin/python3.9", "");
        Assert.Equal("3.9", catalog.Resolve("python3.12").Version);

        Program("usr/bin/python3.12", "");
        Assert.Equal("3.12", catalog.Resolve("python3.12").Version);

        Program("usr/bin/python3.12", "\u00003.12.7\u0000");
        Assert.Equal("3.12.7", catalog.Resolve("python3.12").Version);

        File.Delete(Path.Combine(_folder, "usr/bin/python3.12"));
        Assert.Equal("3.9", catalog.Resolve("python3.12").Version);
    }

    [Fact]
    public void Custom_runtimes_need_nothing() => Assert.True(Catalog().Resolve("provided.al2023").Exact);

    [Fact]
    public void This_machine_lists_every_id() =>
        Assert.Equal("python", new RuntimeCatalog().List().Single(runtime => runtime.Id == "python3.13").Family);

    [Theory]
    [InlineData("python3.13", "python", "3.11.2", "python:3.11.v2")]
    [InlineData("nodejs20.x", "nodejs", "20.20.2", "nodejs:20.v20.2")]
    [InlineData("python3.9", "python", "3.9", "python:3.9")]
    [InlineData("ruby3.3", "ruby", "3.1.2", "ruby:3.1.v2")]
    [InlineData("java21", "java", "21.0.4", "java:21.v0.4")]
    [InlineData("provided.al2023", "provided", null, "provided:al2023")]
    public void INIT_START_names_what_really_runs(string id, string family, string? version, string expected) => Assert.Equal(
        expected,
        Lamina.Execution.Environments.EnvironmentPlanner.VersionText(
            new RuntimeResolution { Id = id, Family = family, InterpreterPath = null, Version = version, Exact = true, Note = null }));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private RuntimeCatalog Catalog() => new(new InterpreterFinder(
        [Path.Combine(_folder, "usr/bin"), Path.Combine(_folder, "usr/local/bin")], [Path.Combine(_folder, "usr/")]));

    private void Program(string path, string content)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
