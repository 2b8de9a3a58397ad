using System.Text;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class ArchiveIntakeTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public ArchiveIntakeTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_archive_is_stored_as_it_came_with_its_digest_and_sizes()
    {
        byte[] zip = ZipBuilder.Of(("a.txt", "hello"), ("b/c.txt", "world!"));
        StoredArchive stored = await StoreAsync(zip);
        Assert.Equal(Sha256.Of(zip), stored.Digest);
        Assert.Equal(zip.Length, stored.SizeBytes);
        Assert.Equal(11, stored.UnzippedBytes);
        using MemoryStream copy = new();
        await using (Stream blob = _room.Intake.OpenArchive(stored))
        {
            await blob.CopyToAsync(copy);
        }

        Assert.Equal(zip, copy.ToArray());
    }

    [Fact]
    public async Task Archives_with_equal_content_have_one_tree()
    {
        StoredArchive one = await StoreAsync(ZipBuilder.Of(("a", "1"), ("b/c", "2")));
        StoredArchive other = await StoreAsync(new ZipBuilder { Comment = "zipped elsewhere" }.Folder("b").File("b/c", "2").File("a", "1").Build());
        Assert.NotEqual(one.Digest, other.Digest);
        Assert.Equal(one.Tree, other.Tree);
    }

    [Fact]
    public async Task Streamed_zip64_stored_and_prefixed_archives_are_read()
    {
        ZipBuilder zip = new() { Prefix = "#!/bin/sh\nexit\n"u8.ToArray(), Zip64End = true };
        zip.Add(new ZipItem { Name = "streamed"u8.ToArray(), Content = "one"u8.ToArray(), Streamed = true });
        zip.Add(new ZipItem { Name = "wide"u8.ToArray(), Content = "two"u8.ToArray(), Zip64 = true });
        zip.Add(new ZipItem { Name = "stored"u8.ToArray(), Content = "three"u8.ToArray(), Method = 0 });
        string tree = await _room.TreeOfAsync(zip.Build());
        Assert.Equal("one two three", string.Join(' ', new[] { "streamed", "wide", "stored" }.Select(name => File.ReadAllText(Path.Combine(tree, name)))));
    }

    [Fact]
    public async Task Of_a_name_that_occurs_twice_the_last_one_wins()
    {
        string tree = await _room.TreeOfAsync(ZipBuilder.Of(("a", "first"), ("b", "other"), ("./a", "last")));
        Assert.Equal("last", await File.ReadAllTextAsync(Path.Combine(tree, "a")));
    }

    [Fact]
    public async Task Where_a_file_and_a_folder_claim_one_path_the_first_stays()
    {
        string tree = await _room.TreeOfAsync(ZipBuilder.Of(("a", "file"), ("a/b", "lost"), ("c/d", "kept"), ("c", "lost")));
        Assert.Equal("file", await File.ReadAllTextAsync(Path.Combine(tree, "a")));
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(tree, "c/d")));
    }

    [Fact]
    public async Task Backslashes_separate_only_when_made_on_dos()
    {
        ZipBuilder zip = new();
        zip.Add(new ZipItem { Name = "dos\\file"u8.ToArray(), Content = "1"u8.ToArray(), Host = 0 });
        zip.Add(new ZipItem { Name = "unix\\file"u8.ToArray(), Content = "2"u8.ToArray() });
        string tree = await _room.TreeOfAsync(zip.Build());
        Assert.True(File.Exists(Path.Combine(tree, "dos", "file")));
        Assert.True(File.Exists(Path.Combine(tree, "unix\\file")));
    }

    [Fact]
    public async Task Names_without_the_utf8_flag_are_utf8_when_they_can_be_else_code_page_437()
    {
        ZipBuilder zip = new();
        zip.Add(new ZipItem { Name = Encoding.UTF8.GetBytes("grün"), Flags = 0 });
        zip.Add(new ZipItem { Name = [(byte)'g', (byte)'r', 0x81, (byte)'n', (byte)'2'], Flags = 0 });
        string tree = await _room.TreeOfAsync(zip.Build());
        Assert.Equal(["grün", "grün2"], Directory.GetFiles(tree).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Paths_up_to_the_limit_can_be_made_and_removed()
    {
        string component = new('x', 255);
        string path = string.Join('/', Enumerable.Repeat(component, 15)) + "/" + new string('y', 160);
        Assert.Equal(Limits.ArchivePathBytes, path.Length);
        string tree = await _room.TreeOfAsync(ZipBuilder.Of((path, "deep")));
        Assert.True(Directory.Exists(Path.Combine(tree, component)));
    }

    [Fact]
    public async Task A_zip_larger_than_an_upload_may_be_is_refused()
    {
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => StoreAsync(new byte[Limits.ZippedUploadBytes + 1]));
        Assert.Equal((413, "RequestEntityTooLargeException"), (refused.Status, refused.Code));
        Assert.Equal("Zipped size must be smaller than 52428800 bytes", refused.Message);
    }

    [Fact]
    public async Task What_is_not_a_zip_is_refused_in_the_words_of_aws()
    {
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => StoreAsync(Encoding.ASCII.GetBytes(new string('x', 3000))));
        Assert.Equal((400, "InvalidParameterValueException"), (refused.Status, refused.Code));
        Assert.Equal("Could not unzip uploaded file. Please check your file, then try to upload again.", refused.Message);
    }

    [Fact]
    public async Task An_empty_zip_is_refused_in_the_words_of_aws()
    {
        foreach (byte[] empty in (byte[][])[[], new ZipBuilder().Build(), new ZipBuilder().Folder(".").Build()])
        {
            AwsError refused = await Assert.ThrowsAsync<AwsError>(() => StoreAsync(empty));
            Assert.Equal("Uploaded file must be a non-empty zip", refused.Message);
        }
    }

    [Fact]
    public async Task A_refused_archive_leaves_nothing_in_the_store()
    {
        await Assert.ThrowsAsync<AwsError>(() => StoreAsync(ZipBuilder.Of(("fine", "x"), ("../evil", "y"))));
        Assert.Empty(_room.Archives.List());
        Assert.Empty(Directory.GetFiles(_folder.Below("data/archives/tmp")));
    }

    private Task<StoredArchive> StoreAsync(byte[] zip) => _room.StoreAsync(zip);
}
