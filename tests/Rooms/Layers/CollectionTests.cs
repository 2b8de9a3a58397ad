using System.Security.Cryptography;
using System.Text;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class CollectionTests : IAsyncDisposable
{
    private const int FileBytes = 3_000;

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public CollectionTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_deleted_version_goes_with_all_that_only_it_had()
    {
        LayerVersion kept = await _room.PublishAsync("kept", ZipBuilder.Of(("a", "both"), ("b", "kept")));
        LayerVersion gone = await _room.PublishAsync("gone", ZipBuilder.Of(("a", "both"), ("c", "gone")));
        await _room.MaterializeAsync(kept.Content);
        await _room.MaterializeAsync(gone.Content);
        await DeleteAsync(gone);

        CollectionOutcome foreseen = await _room.Collector.ForeseeAsync(CancellationToken.None);
        CollectionOutcome outcome = await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.Equal(1, outcome.Archives);
        Assert.Equal((foreseen.Archives, foreseen.ArchiveBytes), (outcome.Archives, outcome.ArchiveBytes));
        Assert.Equal([kept.Content.Digest], _room.Archives.List());
        Assert.Equal(2, _room.Trees.Files.List().Count());
        Assert.False(_room.Trees.IsReady(gone.Content));
        Assert.True(_room.Trees.IsReady(kept.Content));
    }

    [Fact]
    public async Task What_is_in_use_stays_although_its_version_is_deleted()
    {
        LayerVersion version = await _room.PublishAsync("layer", ZipBuilder.Of(("a", "x")));
        _room.InUse.Add(version.Content, "function");
        await DeleteAsync(version);
        await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(await _room.MaterializeAsync(version.Content), "a")));
    }

    [Fact]
    public async Task A_leased_tree_is_not_taken_from_under_its_environment()
    {
        LayerVersion version = await _room.PublishAsync("layer", ZipBuilder.Of(("a", "x")));
        using (TreeLease lease = await _room.Trees.LeaseAsync(version.Content, CancellationToken.None))
        {
            await DeleteAsync(version);
            await _room.Collector.CollectAsync(CancellationToken.None);
            Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(lease.Directory, "a")));
        }

        await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.False(_room.Trees.IsReady(version.Content));
        Assert.Empty(_room.Trees.Files.List());
    }

    [Fact]
    public async Task An_archive_that_the_catalog_does_not_name_yet_stays_until_its_intake_is_over()
    {
        StoredArchive content;
        using (IncomingArchive incoming = await _room.Intake.StoreAsync(ZipBuilder.Of(("a", "x")), CancellationToken.None))
        {
            content = incoming.Content;
            await _room.Collector.CollectAsync(CancellationToken.None);
            Assert.True(_room.Archives.Contains(content.Digest));
        }

        await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.False(_room.Archives.Contains(content.Digest));
    }

    [Fact]
    public async Task A_dead_archive_stays_as_long_as_most_of_its_file_is_part_of_living_ones()
    {
        LayerVersion first = await _room.PublishAsync("layer", SharedArchiveTests.Zip(60, changed: -1, FileBytes));
        byte[] zip = SharedArchiveTests.Zip(60, changed: 5, FileBytes + 1);
        LayerVersion second = await _room.PublishAsync("layer", zip);
        await DeleteAsync(first);
        await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.True(_room.Archives.Contains(first.Content.Digest));
        Assert.Equal(second.Content.Digest, await HashAsync(second.Content));
    }

    [Fact]
    public async Task A_dead_archive_that_is_kept_for_a_small_part_gives_that_up_to_the_living()
    {
        LayerVersion big = await _room.PublishAsync("big", SharedArchiveTests.Zip(200, changed: -1, FileBytes));
        LayerVersion[] small =
        [
            await _room.PublishAsync("one", SharedArchiveTests.Zip(30, changed: 2, FileBytes + 1)),
            await _room.PublishAsync("two", SharedArchiveTests.Zip(40, changed: 7, FileBytes + 2)),
        ];
        Assert.All(small, version => Assert.InRange(_room.Archives.FileBytes(version.Content.Digest), 1, 15 * FileBytes));
        await DeleteAsync(big);
        await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.False(_room.Archives.Contains(big.Content.Digest));
        foreach (LayerVersion version in small)
        {
            Assert.Equal(version.Content.Digest, await HashAsync(version.Content));
        }

        Assert.InRange(small.Sum(version => _room.Archives.FileBytes(version.Content.Digest)), 38 * FileBytes, 48 * FileBytes);
    }

    [Fact]
    public async Task The_tree_of_a_version_goes_when_a_newer_one_is_there_and_comes_back_when_asked_for()
    {
        LayerVersion first = await _room.PublishAsync("layer", ZipBuilder.Of(("a", "1")));
        await _room.MaterializeAsync(first.Content);
        LayerVersion second = await _room.PublishAsync("layer", ZipBuilder.Of(("a", "2")));
        await _room.MaterializeAsync(second.Content);
        await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.False(_room.Trees.IsReady(first.Content));
        Assert.Equal([second.Content.Tree], _room.Manifests.List());
        Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine(await _room.MaterializeAsync(first.Content), "a")));
    }

    [Fact]
    public async Task Blobs_that_nobody_names_go_and_those_being_named_stay()
    {
        Sha256 named = await WriteBlobAsync("named");
        await WriteBlobAsync("forgotten");
        _room.InUse.Blobs.Add(named);
        await using BlobWriter writer = await _room.Blobs.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync("on its way"u8.ToArray(), CancellationToken.None);
        Sha256 underWay = await writer.CommitAsync(CancellationToken.None);
        CollectionOutcome outcome = await _room.Collector.CollectAsync(CancellationToken.None);
        Assert.Equal(1, outcome.Blobs);
        Assert.Equal(new[] { named, underWay }.Order(), _room.Blobs.List().Order());
    }

    [Fact]
    public async Task Nothing_in_use_is_ever_missing_while_all_goes_on_at_once() =>
        await StorageStorm.RunAsync(_room, Soak.Number("LAMINA_STORM_SEED", 20_26), Soak.Number("LAMINA_STORM_ROUNDS", 30));

    private async Task<Sha256> WriteBlobAsync(string text)
    {
        await using BlobWriter writer = await _room.Blobs.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
        return await writer.CommitAsync(CancellationToken.None);
    }

    private async Task<Sha256> HashAsync(StoredArchive archive)
    {
        await using Stream stream = _room.Archives.OpenStream(archive.Digest);
        return new Sha256(await SHA256.HashDataAsync(stream));
    }

    private Task DeleteAsync(LayerVersion version) => StorageStorm.DeleteAsync(_room, version);
}
