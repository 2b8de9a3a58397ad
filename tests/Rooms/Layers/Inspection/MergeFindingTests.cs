using Lamina.Layers.Inspection;
using Found = Lamina.Layers.Inspection.Inspection;

namespace Lamina.Rooms.Tests.Layers.Inspection;

/// <summary>Findings that paths, modes and links alone tell.</summary>
public sealed class MergeFindingTests : IAsyncDisposable
{
    private readonly InspectionHouse _house = new();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_shadowed_file_that_differs_is_named_with_both_layers()
    {
        Found found = await LayersAsync(new ZipBuilder().File("etc/a", "1").File("own", ""), new ZipBuilder().File("etc/a", "22"));
        Finding finding = Assert.Single(found.Findings);
        Assert.Equal(("shadowed-file-differs", FindingSeverity.Warning, "/opt/etc/a"), (finding.Code, finding.Severity, finding.Path));
        Assert.Equal(["layer2", "layer1"], finding.Sources);
        Assert.Contains("2 bytes instead of 1", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shadowed_file_that_is_the_same_is_not_worth_a_word() => Assert.Empty(
        (await LayersAsync(new ZipBuilder().File("a", "1").File("own", ""), new ZipBuilder().File("a", "1"))).Findings);

    [Fact]
    public async Task A_file_over_a_folder_and_a_folder_over_a_file_are_named()
    {
        Found found = await LayersAsync(
            new ZipBuilder().File("folder/x", "").File("folder/y", "").File("file", "").File("own", ""),
            new ZipBuilder().File("folder", "").File("file/z", ""));
        Assert.Equal(["warning file-over-folder /opt/folder", "warning folder-over-file /opt/file"], InspectionHouse.Lines(found));
        Assert.Contains("(2 files)", found.Findings[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("./etc/../plain")]
    [InlineData("/opt/etc/file")]
    [InlineData("/opt")]
    [InlineData("../opt/plain")]
    [InlineData("../../../opt/./etc/file")]
    [InlineData("other-link")]
    [InlineData("folder-link/file")]
    public async Task A_symlink_that_leads_to_something_is_fine(string target) => Assert.Empty((await LinkAsync(target)).Findings);

    [Theory]
    [InlineData("nowhere", "symlink-dangles", "/opt/nowhere")]
    [InlineData("/opt/etc/nothing", "symlink-dangles", "/opt/etc/nothing")]
    [InlineData("plain/below", "symlink-dangles", "/opt/plain/below")]
    [InlineData("/usr/bin/env", "symlink-leaves-opt", "/usr/bin/env")]
    [InlineData("../tmp/x", "symlink-leaves-opt", "/tmp/x")]
    [InlineData("/opt/../etc/passwd", "symlink-leaves-opt", "/etc/passwd")]
    [InlineData("/optional", "symlink-leaves-opt", "/optional")]
    [InlineData("link", "symlink-loops", "link")]
    public async Task A_symlink_that_leads_nowhere_or_out_is_named(string target, string code, string end)
    {
        Finding finding = Assert.Single((await LinkAsync(target)).Findings);
        Assert.Equal((code, "/opt/link"), (finding.Code, finding.Path));
        Assert.Contains(end, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_symlink_may_be_completed_by_another_layer() => Assert.Empty(
        (await LayersAsync(new ZipBuilder().Link("lib/a.so", "a.so.1"), new ZipBuilder().File("lib/a.so.1", ""))).Findings);

    [Fact]
    public async Task Names_that_differ_only_in_case_are_named_once()
    {
        Found found = await LayersAsync(new ZipBuilder().File("Data/x", "").File("readme", ""), new ZipBuilder().File("data/x", "").File("other", ""));
        Assert.Equal(["warning names-differ-in-case /opt/data"], InspectionHouse.Lines(found));
        Assert.Empty((await LayersAsync(new ZipBuilder().File("a/X", "").File("b/x", ""))).Findings);
    }

    [Fact]
    public async Task Lost_execute_bits_are_named_where_something_is_started()
    {
        ZipBuilder layer = new ZipBuilder()
            .File("bin/tool", "#!/bin/sh\n").File("bin/data", "text").File("bin/good", "#!/bin/sh\n", 0x1ED).File("bin/sub/deep", "#!/bin/sh\n")
            .File("extensions/watch", "x").File("extensions/fine", "x", 0x1ED).File("bootstrap", "x");
        string[] expected = ["error execute-bit-lost /opt/bootstrap", "error execute-bit-lost /opt/extensions/watch", "warning execute-bit-lost /opt/bin/tool"];
        Assert.Equal(expected, InspectionHouse.Lines(await _house.LayersAsync(InspectionHouse.For("provided.al2023"), layer)));
        // A managed runtime does not look for a bootstrap.
        Assert.Equal(expected[1..], InspectionHouse.Lines(await _house.LayersAsync(InspectionHouse.For("python3.12"), layer)));
    }

    [Fact]
    public async Task Files_and_folders_for_the_owner_only_are_named_in_layers_and_code()
    {
        ZipBuilder layer = new ZipBuilder().File("python/secret.py", "1", 0x180).Folder("closed", 0x1C0).File("closed/x", "").File("open", "", 0x124);
        Found found = await _house.StackAsync(InspectionHouse.For("python3.12"), new ZipBuilder().File("app.py", "1", 0x180), layer);
        Assert.Equal(
            ["error file-owner-only /opt/python/secret.py", "error file-owner-only /var/task/app.py", "error folder-owner-only /opt/closed"],
            InspectionHouse.Lines(found));
    }

    [Fact]
    public async Task Set_user_id_is_named() => Assert.Equal(
        ["advice set-id-without-effect /opt/bin/su"],
        InspectionHouse.Lines(await LayersAsync(new ZipBuilder().File("bin/su", "#!/bin/sh\n", 0x9ED).File("bin/sh", "#!/bin/sh\n", 0x1ED))));

    [Fact]
    public async Task A_layer_of_which_nothing_is_seen_is_named()
    {
        Found found = await LayersAsync(new ZipBuilder().File("a/x", "1").File("b", "1"), new ZipBuilder().File("a/x", "1").File("b", "1").File("c", ""));
        Assert.Equal(["warning layer-all-shadowed /opt"], InspectionHouse.Lines(found));
        Assert.Equal([(2, 0), (3, 3)], found.Sources.Select(source => (source.Files, source.SeenFiles)));
    }

    [Fact]
    public async Task Totals_count_what_the_limit_counts()
    {
        Found found = await _house.StackAsync(
            InspectionHouse.Nothing, new ZipBuilder().File("app.py", "12345"),
            new ZipBuilder().File("a", "123").Link("l", "a"), new ZipBuilder().File("a", "123").File("b", "12"));
        Assert.Equal(13, found.UnzippedBytes);
        Assert.Equal(
            ["layer1 False 2 3 1 0", "layer2 False 2 5 2 5", "code True 1 5 1 5"],
            found.Sources.Select(s => $"{s.Source} {s.IsCode} {s.Files} {s.UnzippedBytes} {s.SeenFiles} {s.SeenBytes}"));
    }

    [Fact]
    public async Task A_difference_lists_what_was_added_removed_and_changed_by_size()
    {
        LayerDifference difference = await _house.CompareAsync(
            new ZipBuilder().File("gone", "1").File("same", "1").File("mode", "1").File("grown", "1").Link("link", "a"),
            new ZipBuilder().File("same", "1").File("mode", "1", 0x1ED).File("grown", "12345678").Link("link", "b").File("new", "123"));
        Assert.Equal(
            ["/opt/grown 1 8", "/opt/new  3", "/opt/gone 1 ", "/opt/link 1 1", "/opt/mode 1 1"],
            difference.Paths.Select(path => $"{path.Path} {path.From?.SizeBytes} {path.To?.SizeBytes}"));
        Assert.Equal((1, 4L, 13L), (difference.UnchangedFiles, difference.FromBytes, difference.ToBytes));
    }

    private Task<Found> LayersAsync(params ZipBuilder[] layers) => _house.LayersAsync(InspectionHouse.Nothing, layers);

    private Task<Found> LinkAsync(string target) => LayersAsync(new ZipBuilder()
        .File("plain", "").File("etc/file", "").Link("other-link", "plain").Link("folder-link", "etc").Link("link", target));
}
