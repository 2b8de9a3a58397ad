using System.Text;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class HostileArchiveTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public HostileArchiveTests() => _room = LayersRoom.In(_folder);

    public static TheoryData<string, byte[], string> Kinds()
    {
        byte[] good = ZipBuilder.Of(("a", "hello"), ("b", "world"));
        byte[] asi = [0x6e, 0x75, 18, 0, 0, 0, 0, 0, 0xA4, 0x81, 4, 0, 0, 0, 0, 0, 0, 0, (byte)'e', (byte)'t', (byte)'c', (byte)'x'];
        return new()
        {
            { "dot dot", Named("../evil"), "leaves the archive" },
            { "dot dot inside", Named("a/../../evil"), "leaves the archive" },
            { "dot dot from DOS", One(Item("..\\evil") with { Host = 0 }), "leaves the archive" },
            { "absolute", Named("/etc/passwd"), "absolute" },
            { "drive letter", One(Item("C:\\evil") with { Host = 0 }), "absolute" },
            { "NUL in the name", Named("a\0b"), "NUL" },
            { "no name", Named(""), "no name" },
            { "over-long name", Named(new string('x', 256)), "longer than 255" },
            { "over-long path", Named(string.Concat(Enumerable.Repeat("0123456789/", 370)) + "x"), "longer than 4000" },
            { "bad UTF-8", One(Item("x") with { Name = [0xC3, 0x28] }), "UTF-8" },
            { "character device", One(Item("null") with { Mode = 0x21B6 }), "device" },
            { "block device", One(Item("sda") with { Mode = 0x61B6 }), "device" },
            { "pipe", One(Item("pipe") with { Mode = 0x11A4 }), "pipe" },
            { "socket", One(Item("socket") with { Mode = 0xC1A4 }), "socket" },
            { "hard link (PKWARE)", One(Item("hard") with { Extra = [0x0D, 0, 15, 0, .. new byte[12], .. "etc"u8] }), "hard link" },
            { "hard link (ASi)", One(Item("hard") with { Extra = asi }), "hard link" },
            { "through an earlier link", new ZipBuilder().Link("l", "/etc").File("l/passwd", "x").Build(), "symbolic link" },
            { "through a later link", new ZipBuilder().File("l/passwd", "x").Link("l", "/etc").Build(), "symbolic link" },
            { "folder that is a link", new ZipBuilder().Link("l", "/etc").Folder("l").Build(), "symbolic link" },
            { "link with a folder's name", One(Item("l/") with { Mode = 0xA1FF }), "symbolic link" },
            { "empty link", new ZipBuilder().Link("l", "").Build(), "target" },
            { "over-long link", new ZipBuilder().Link("l", new string('x', 4096)).Build(), "target" },
            { "encrypted", One(Item("x") with { Flags = 1 }), "encrypted" },
            { "strong encryption", One(Item("x") with { Flags = 0x40 }), "not supported" },
            { "unknown method", One(Item("x") with { Method = 14 }), "method (14)" },
            { "wrong checksum", One(Item("x") with { Crc = 1234 }), "CRC-32" },
            { "declares too little", One(Item("x") with { Method = 8, Size = 3 }), "more content" },
            { "declares too much", One(Item("x") with { Method = 8, Size = 300 }), "declares 300" },
            { "two names", One(Item("x") with { LocalName = "y"u8.ToArray() }), "disagree" },
            { "stored in another size", One(Item("x") with { Size = 3 }), "two sizes differ" },
            { "folder with content", One(Item("x/") with { Mode = 0x41ED }), "folder with content" },
            { "overlap", new ZipBuilder().Add(Item("x")).Add(Item("x") with { SameOffsetAs = 0 }).Build(), "overlaps" },
            { "cut off", good[..^30], "" },
            { "head missing", good[20..], "" },
            { "more entries than claimed", new ZipBuilder { ClaimedEntries = 1 }.File("a", "1").File("b", "2").Build(), "more entries" },
            { "fewer entries than claimed", new ZipBuilder { ClaimedEntries = 3 }.File("a", "1").File("b", "2").Build(), "central directory" },
            { "data behind the end", [.. good, 1, 2, 3], "" },
            { "too many entries", new ZipBuilder { Zip64End = true, ClaimedEntries = 200_001 }.File("a", "1").Build(), "200000 entries" },
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds), DisableDiscoveryEnumeration = true)]
    public async Task A_hostile_archive_is_refused_by_its_fault(string kind, byte[] zip, string reason)
    {
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.StoreAsync(zip));
        Assert.Equal((kind, 400, "InvalidParameterValueException"), (kind, refused.Status, refused.Code));
        Assert.StartsWith("Could not unzip uploaded file. Please check your file, then try to upload again.", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(_room.Archives.List());
    }

    [Fact]
    public async Task A_bomb_stops_at_the_limit_in_the_words_of_aws()
    {
        ZipBuilder zip = new();
        byte[] zeros = new byte[30_000_000];
        for (int i = 0; i < 9; i++)
        {
            zip.Add(new ZipItem { Name = Encoding.ASCII.GetBytes($"{i}"), Content = zeros });
        }

        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.StoreAsync(zip.Build()));
        Assert.Equal("Unzipped size must be smaller than 262144000 bytes", refused.Message);
        Assert.Equal((400, "InvalidParameterValueException"), (refused.Status, refused.Code));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task An_archive_must_stay_below_the_limit(int fewerBytes, bool taken)
    {
        ZipBuilder zip = new();
        byte[] zeros = new byte[(int)(Limits.UnzippedBytes / 8)];
        for (int i = 0; i < 8; i++)
        {
            zip.Add(new ZipItem { Name = Encoding.ASCII.GetBytes($"{i}"), Content = i == 0 ? zeros[fewerBytes..] : zeros });
        }

        AwsError? refused = await Record.ExceptionAsync(() => _room.StoreAsync(zip.Build())) as AwsError;
        Assert.Equal(taken ? null : "Unzipped size must be smaller than 262144000 bytes", refused?.Message);
    }

    [Fact]
    public async Task A_bomb_that_declares_little_is_stopped_at_what_it_declares()
    {
        byte[] zip = One(Item("x") with { Method = 8, Content = new byte[30_000_000], Size = 10 });
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.StoreAsync(zip));
        Assert.Contains("more content than the 10 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_quoted_so_that_a_log_stays_readable()
    {
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.StoreAsync(Named("/a\n\u001b[31m\"b")));
        Assert.Contains("\"/a\\u000a\\u001b[31m\\u0022b\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_that_cost_more_memory_than_they_show_are_refused()
    {
        ZipBuilder zip = new();
        string deep = string.Concat(Enumerable.Repeat("a/", 1_900));
        for (int i = 0; i < 120; i++)
        {
            zip.File($"{i}/{deep}f", "");
        }

        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.StoreAsync(zip.Build()));
        Assert.Contains("folders on the way", refused.Message, StringComparison.Ordinal);
    }

    private static ZipItem Item(string name) =>
        new() { Name = Encoding.UTF8.GetBytes(name), Content = "content"u8.ToArray(), Mode = 0x81A4, Method = 0 };

    private static byte[] One(ZipItem item) => new ZipBuilder().File("before", "fine").Add(item).Build();

    private static byte[] Named(string name) => One(Item(name));
}
