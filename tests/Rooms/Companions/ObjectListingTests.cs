using System.Text;
using Lamina.Companions.S3;

namespace Lamina.Rooms.Tests.Companions;

public sealed class ObjectListingTests : IAsyncLifetime
{
    private readonly S3Room _room = new();

    public async ValueTask InitializeAsync() => await _room.MakeBucketAsync();

    public ValueTask DisposeAsync() => _room.DisposeAsync();

    [Fact]
    public async Task Keys_come_in_the_order_of_their_UTF_8_bytes()
    {
        string[] keys = ["\u0001", " ", "!", "a", "a\t", "a b", "a//b", "a/b", "é", "\uFFFD", "😀"];
        foreach (string key in keys.Reverse())
        {
            await _room.PutAsync(key, "x");
        }

        Assert.Equal(
            keys.OrderBy(static key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal),
            Pages(new ListQuery("", null, null, 100)).Single());
    }

    [Theory]
    [InlineData("", null, 1)]
    [InlineData("", "/", 1)]
    [InlineData("", "/", 2)]
    [InlineData("a", "/", 3)]
    [InlineData("a/", "/", 1)]
    [InlineData("a/", null, 2)]
    [InlineData("", "b/", 1)]
    public async Task Pages_put_together_are_what_one_page_shows(string prefix, string? delimiter, int size)
    {
        foreach (string key in (string[])["a", "a/1", "a/2/x", "a/2/y", "a0", "b/1", "b/2", "c", "d/"])
        {
            await _room.PutAsync(key, "x");
        }

        ListQuery query = new(prefix, delimiter, null, 100);
        string[][] pages = [.. Pages(query with { MaxKeys = size })];
        Assert.All(pages, page => Assert.InRange(page.Length, 1, size));
        Assert.Equal(Pages(query).Single(), pages.SelectMany(static page => page));
    }

    [Fact]
    public async Task Keys_below_a_delimiter_are_rolled_up()
    {
        foreach (string key in (string[])["a/1", "a/2", "b", "c/1"])
        {
            await _room.PutAsync(key, "x");
        }

        Assert.Equal(["a/", "b", "c/"], Pages(new ListQuery("", "/", null, 100)).Single());
    }

    [Fact]
    public async Task Versions_are_paged_within_a_key()
    {
        await _room.VersionAsync(BucketVersioning.Enabled);
        List<string> written = [];
        for (int i = 0; i < 3; i++)
        {
            written.Insert(0, (await _room.PutAsync("k", $"{i}")).VersionId);
        }

        List<string> seen = [];
        string? after = null;
        string? version = null;
        do
        {
            ListPage<ListedVersion> page = _room.Listing.ListVersions(
                S3Room.Caller, S3Room.Bucket, new ListQuery("", null, after, 1), version);
            seen.Add(page.Entries.Single().Item!.Version.VersionId);
            (after, version) = (page.Next, page.NextVersionId);
        }
        while (after is not null);
        Assert.Equal(written, seen);
    }

    private IEnumerable<string[]> Pages(ListQuery query)
    {
        string? after = null;
        do
        {
            ListPage<ObjectVersion> page = _room.Listing.ListObjects(S3Room.Caller, S3Room.Bucket, query with { After = after });
            yield return [.. page.Entries.Select(static entry => entry.CommonPrefix ?? entry.Item!.Key)];
            after = page.Next;
        }
        while (after is not null);
    }
}
