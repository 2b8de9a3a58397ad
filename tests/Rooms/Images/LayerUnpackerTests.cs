using System.Diagnostics;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Images;

public sealed class LayerUnpackerTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ImagesRoom _room;

    public LayerUnpackerTests() => _room = new ImagesRoom(_folder.Root, TimeProvider.System);

    public static TheoryData<string, byte[]> Hostile
    {
        get
        {
            TarBuilder many = new TarBuilder().Pax("path", new string('n', 300));
            byte[] damaged = new TarBuilder().File("f", "x").Build();
            damaged[3] ^= 1;
            return new TheoryData<string, byte[]>
            {
                { "leads out", new TarBuilder().File("../escape", "x").Build() },
                { "leads out", new TarBuilder().File("a/../../escape", "x").Build() },
                { "leads out", new TarBuilder().HardLink("f", "../../catalog.db").Build() },
                { "no file of the same layer", new TarBuilder().HardLink("f", "/etc/passwd").Build() },
                { "no file of the same layer", new TarBuilder().Folder("d").HardLink("f", "d").Build() },
                { "no folder in the same layer", new TarBuilder().Symlink("out", "/tmp").File("out/escape", "x").Build() },
                { "no folder in the same layer", new TarBuilder().Symlink("out", "/tmp").Whiteout("out/escape").Build() },
                { "no folder in the same layer", new TarBuilder().File("f", "x").Opaque("f").Build() },
                { "as a folder and as something else", new TarBuilder().Folder("d").Symlink("d", "/tmp").File("d/escape", "x").Build() },
                { "hides nothing", new TarBuilder().File("a/.wh...", "").Build() },
                { "hides nothing", new TarBuilder().File(".wh.", "").Build() },
                { "too long", many.File("short", "x").Build() },
                { "too long", new TarBuilder().Pax("path", string.Concat(Enumerable.Repeat("deep/", 1000))).File("short", "x").Build() },
                { "NUL", new TarBuilder().Pax("path", "a\0b").File("short", "x").Build() },
                { "extended header", new TarBuilder().Add('x', "pax", "", [], 0, size: 1 << 30).Build() },
                { "cannot be read", new TarBuilder().Add('x', "pax", "", "99 path=x\n"u8.ToArray(), 0).Build() },
                { "sparse", new TarBuilder().Pax("GNU.sparse.major", "1").File("f", "x").Build() },
                { "kind 'S'", new TarBuilder().Add('S', "f", "", [], 0).Build() },
                { "nowhere", new TarBuilder().Symlink("f", "").Build() },
                { "cut short", new TarBuilder().File("f", "12345").Build()[..514] },
                { "cut short", new TarBuilder().Add('0', "f", "", [], 0, size: (1L << 33) - 1).Build() },
                { "checksum", damaged },
                { "checksum", "This is a text and nothing else, as long as a block of a tar archive has to be.".PadRight(600).Select(static c => (byte)c).ToArray() },
                { "zstd", [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0] },
                { "decompressed", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
            };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Files_links_modes_and_times_are_those_of_the_archive()
    {
        string layer = await _room.UnpackAsync(new TarBuilder()
            .Folder("./etc", 0x1C0).File("etc/secret", "s", 0x180).File("/absolute", "a").File("implicit/deep/file", "f")
            .HardLink("linked", "etc/secret").Symlink("up", "../../etc/passwd").File("twice", "first").File("twice", "second")
            .File("set-id", [], 0x9ED).Folder("read-only", 0x16D).File("read-only/file", "r")
            .Pax("path", $"{new string('l', 120)}/ü").File("short", "long").Pax("linkpath", new string('t', 150)).Symlink("far", "near")
            .Add('3', "dev/null", "", [], 0x1B6).Add('6', "pipe", "", [], 0x1B6));

        Assert.Equal(("s", "s"), (Text(layer, "etc/secret"), Text(layer, "linked")));
        Assert.Equal(("a", "f", "second", "long"), (Text(layer, "absolute"), Text(layer, "implicit/deep/file"), Text(layer, "twice"), Text(layer, $"{new string('l', 120)}/ü")));
        Assert.Equal(("../../etc/passwd", new string('t', 150)), (new FileInfo(Path.Combine(layer, "up")).LinkTarget, new FileInfo(Path.Combine(layer, "far")).LinkTarget));
        Assert.Equal(["180", "1c0", "16d", "1ed"], new[] { "etc/secret", "etc", "read-only", "set-id" }.Select(path => $"{(int)File.GetUnixFileMode(Path.Combine(layer, path)):x}"));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), File.GetLastWriteTimeUtc(Path.Combine(layer, "absolute")));
        Assert.False(Path.Exists(Path.Combine(layer, "dev/null")) || Path.Exists(Path.Combine(layer, "pipe")));
    }

    [Fact]
    public async Task Whiteouts_and_opaque_folders_are_as_overlayfs_wants_them()
    {
        string layer = await _room.UnpackAsync(new TarBuilder()
            .Whiteout("gone").Whiteout("folder/gone").Folder("opaque").Opaque("opaque").Whiteout("replaced").Folder("replaced").File("replaced/new", "n")
            .Whiteout("file").File("file", "f").File(".wh..wh.plnk", "").File(".wh..wh.aufs", ""));

        Assert.Equal("character special file 0 0", await StatAsync("%F %t %T", layer, "gone"));
        Assert.Equal("character special file 0 0", await StatAsync("%F %t %T", layer, "folder/gone"));
        Assert.Equal(("f", "n"), (Text(layer, "file"), Text(layer, "replaced/new")));
        Assert.Equal("regular file", await StatAsync("%F", layer, "file"));
        Assert.Equal(["file", "folder", "gone", "opaque", "replaced"], Directory.GetFileSystemEntries(layer).Select(Path.GetFileName).Order());
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task What_is_hostile_or_damaged_is_refused_and_leaves_nothing(string reason, byte[] sent)
    {
        Assert.Contains(reason, await _room.RefusalAsync(sent), StringComparison.Ordinal);
        Assert.Empty(_room.Folders);
        Assert.Equal(0, _room.Leftovers);
        Assert.False(Path.Exists(Path.Combine(_folder.Root, "images", "escape")) || Path.Exists("/tmp/escape"));
    }

    [Fact]
    public async Task A_layer_is_refused_that_is_not_what_was_announced()
    {
        byte[] layer = new TarBuilder().File("f", "x").Build();
        Contract.AwsError refused = await Assert.ThrowsAsync<Contract.AwsError>(
            () => _room.Layers.StoreAsync(Contract.Sha256.Of("other"u8), new MemoryStream(layer), CancellationToken.None));
        Assert.Contains($"what came has the digest {TestImage.DigestOf(layer)}", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_room.Folders);
    }

    [Fact]
    public async Task Cutting_a_compressed_layer_anywhere_is_noticed()
    {
        byte[] whole = TarBuilder.Gzip(new TarBuilder().File("f", new string('x', 5000)).File("g", "y").Build());
        for (int length = 1; length < whole.Length; length += 7)
        {
            await Assert.ThrowsAsync<Contract.AwsError>(
                () => _room.Layers.StoreAsync(Contract.Sha256.Of(whole), new MemoryStream(whole[..length]), CancellationToken.None));
        }

        Assert.Empty(_room.Folders);
        await _room.StoreAsync(whole);
        Assert.Single(_room.Folders);
    }

    private static string Text(string layer, string path) => File.ReadAllText(Path.Combine(layer, path));

    private static async Task<string> StatAsync(string format, string layer, string path)
    {
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", format, Path.Combine(layer, path)]) { RedirectStandardOutput = true })!;
        string output = await stat.StandardOutput.ReadToEndAsync();
        await stat.WaitForExitAsync();
        return output.Trim();
    }
}
