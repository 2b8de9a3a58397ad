using Lamina.Contract;
using Lamina.Store;
using Lamina.Suites;

namespace Lamina.Rooms.Tests.Store;

public sealed class FileBlobStoreTests : BlobStoreSuite, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_an_interrupted_writer_left_is_gone_when_the_store_is_opened_again()
    {
        FileBlobStore store = new(_folder.Below("blobs"));
        BlobWriter writer = await store.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync("half"u8.ToArray(), CancellationToken.None);
        Assert.Single(Directory.GetFiles(_folder.Below("blobs/tmp")));
        _ = new FileBlobStore(_folder.Below("blobs"));
        Assert.Empty(Directory.GetFiles(_folder.Below("blobs/tmp")));
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task Blobs_lie_below_two_levels_of_folders_and_cannot_be_written_by_accident()
    {
        FileBlobStore store = new(_folder.Below("blobs"));
        string name = (await WriteAsync(store, "hello")).ToString();
        string path = Path.Combine(_folder.Below("blobs"), name[..2], name[2..4], name);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Blobs_survive_reopening()
    {
        Sha256 digest = await WriteAsync(new FileBlobStore(_folder.Below("blobs")), "kept");
        Assert.Equal("kept", await ReadAsync(new FileBlobStore(_folder.Below("blobs")), digest));
    }

    protected override IBlobStore CreateStore() => new FileBlobStore(_folder.Below("blobs"));
}
