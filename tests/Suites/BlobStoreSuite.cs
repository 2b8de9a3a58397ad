using System.Text;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Suites;

/// <summary>What every blob store promises.</summary>
public abstract class BlobStoreSuite
{
    /// <summary>A new, empty store; the test's own.</summary>
    protected abstract IBlobStore CreateStore();

    [Fact]
    public async Task A_committed_blob_is_read_back_under_its_digest()
    {
        IBlobStore store = CreateStore();
        Sha256 digest = await WriteAsync(store, "hello");
        Assert.Equal(Sha256.Of("hello"u8), digest);
        Assert.Equal("hello", await ReadAsync(store, digest));
        Assert.Equal(5, store.FindLength(digest));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        IBlobStore store = CreateStore();
        Sha256 digest = await WriteAsync(store, "");
        Assert.Equal(0, store.FindLength(digest));
    }

    [Fact]
    public async Task Bytes_written_in_parts_are_one_blob()
    {
        IBlobStore store = CreateStore();
        await using BlobWriter writer = await store.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync("one "u8.ToArray(), CancellationToken.None);
        await writer.FlushAsync(CancellationToken.None);
        await writer.WriteAsync("two"u8.ToArray(), CancellationToken.None);
        Assert.Equal("one two", await ReadAsync(store, await writer.CommitAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task Nothing_is_visible_before_the_commit()
    {
        IBlobStore store = CreateStore();
        await using BlobWriter writer = await store.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync("hello"u8.ToArray(), CancellationToken.None);
        await writer.FlushAsync(CancellationToken.None);
        Assert.Null(store.FindLength(Sha256.Of("hello"u8)));
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task A_writer_disposed_without_commit_leaves_nothing()
    {
        IBlobStore store = CreateStore();
        await using (BlobWriter writer = await store.BeginWriteAsync(CancellationToken.None))
        {
            await writer.WriteAsync("hello"u8.ToArray(), CancellationToken.None);
        }

        Assert.Empty(store.List());
    }

    [Fact]
    public async Task Committing_the_same_bytes_again_stores_nothing_new()
    {
        IBlobStore store = CreateStore();
        Sha256 first = await WriteAsync(store, "same");
        Sha256 second = await WriteAsync(store, "same");
        Assert.Equal(first, second);
        Assert.Equal([first], store.List());
    }

    [Fact]
    public async Task The_same_bytes_committed_by_many_at_once_are_one_blob()
    {
        IBlobStore store = CreateStore();
        Sha256[] digests = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => WriteAsync(store, "together")));
        Assert.Single(digests.Distinct());
        Assert.Equal([digests[0]], store.List());
    }

    [Fact]
    public void Reading_an_absent_blob_says_so()
    {
        IBlobStore store = CreateStore();
        Sha256 absent = Sha256.Of("absent"u8);
        BlobNotFoundException thrown = Assert.Throws<BlobNotFoundException>(() => store.OpenRead(absent));
        Assert.Equal(absent, thrown.Digest);
        Assert.Null(store.FindLength(absent));
    }

    [Fact]
    public async Task A_blob_can_be_read_from_the_middle()
    {
        IBlobStore store = CreateStore();
        await using Stream blob = store.OpenRead(await WriteAsync(store, "0123456789"));
        blob.Seek(7, SeekOrigin.Begin);
        byte[] rest = new byte[3];
        await blob.ReadExactlyAsync(rest);
        Assert.Equal("789", Encoding.ASCII.GetString(rest));
    }

    [Fact]
    public async Task Listing_gives_every_blob_once()
    {
        IBlobStore store = CreateStore();
        Sha256[] written = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => WriteAsync(store, $"blob {i}")));
        Assert.Equal(written.Order(), store.List().Order());
    }

    [Fact]
    public async Task Deleting_removes_a_blob_and_forgives_an_absent_one()
    {
        IBlobStore store = CreateStore();
        Sha256 digest = await WriteAsync(store, "gone");
        store.Delete(digest);
        store.Delete(digest);
        Assert.Null(store.FindLength(digest));
        Assert.Throws<BlobNotFoundException>(() => store.OpenRead(digest));
    }

    [Fact]
    public async Task A_reader_keeps_its_bytes_when_the_blob_is_deleted()
    {
        IBlobStore store = CreateStore();
        Sha256 digest = await WriteAsync(store, "still here");
        await using Stream blob = store.OpenRead(digest);
        store.Delete(digest);
        using StreamReader reader = new(blob);
        Assert.Equal("still here", await reader.ReadToEndAsync());
    }

    protected static async Task<Sha256> WriteAsync(IBlobStore store, string text)
    {
        await using BlobWriter writer = await store.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
        return await writer.CommitAsync(CancellationToken.None);
    }

    protected static async Task<string> ReadAsync(IBlobStore store, Sha256 digest)
    {
        using StreamReader reader = new(store.OpenRead(digest));
        return await reader.ReadToEndAsync();
    }
}
