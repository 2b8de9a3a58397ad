using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class StorageScrubTests : IAsyncDisposable
{
    private const int FileBytes = 3_000;

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public StorageScrubTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_intact_is_read_to_the_last_byte_and_nothing_is_found()
    {
        LayerVersion version = await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: -1, FileBytes));

        // Or the older version's tree is given up, with what only that has, at some moment of the scrub.
        _room.InUse.Add(version.Content, "arn:function");
        await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: 3, FileBytes + 1));
        ScrubProgress progress = new();

        ScrubOutcome outcome = await _room.Scrub.RunAsync(progress, static _ => Assert.Fail("Nothing is damaged."), CancellationToken.None);

        Assert.Equal((2, 0, 0), (outcome.Archives, outcome.Damaged, outcome.Repaired));
        Assert.Equal(41, outcome.Files);
        Assert.True(progress.TotalBytes > 0);
        Assert.Equal(progress.TotalBytes, progress.VerifiedBytes);
    }

    [Theory]
    [InlineData(Damage.Flip)]
    [InlineData(Damage.Truncate)]
    [InlineData(Damage.Delete)]
    public async Task A_damaged_archive_is_named_with_all_who_need_it_never_given_and_healed_by_the_same_content(Damage damage)
    {
        byte[] zip = SharedArchiveTests.Zip(40, changed: -1, FileBytes);
        LayerVersion version = await PublishAsync("layer", zip);
        _room.InUse.Add(version.Content, "arn:function");
        Harm(ArchivePath(version), damage);

        ScrubFinding found = Assert.Single(await ScrubAsync());

        Assert.Equal((ScrubSubject.Archive, version.Content.Digest.ToString(), true), (found.Subject, found.Name, found.Lasting));
        Assert.Equal(new[] { $"{version.LayerArn}:1", "arn:function" }, found.NamedBy);
        Assert.True(found.TreeIntact);
        Assert.ThrowsAny<Exception>(() => _room.Archives.OpenVerified(version.Content.Digest, CancellationToken.None));

        LayerVersion again = await PublishAsync("again", zip);
        Assert.Equal(version.Content.Digest, again.Content.Digest);
        _room.Archives.Verify(again.Content.Digest, CancellationToken.None);
        Assert.Empty(await ScrubAsync());
    }

    [Fact]
    public async Task Damage_in_a_source_of_pieces_names_every_archive_that_takes_from_it_and_all_are_healed_by_the_source()
    {
        byte[] zip = SharedArchiveTests.Zip(40, changed: -1, FileBytes);
        LayerVersion first = await PublishAsync("layer", zip);
        LayerVersion second = await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: 5, FileBytes + 1));
        LayerVersion alone = await PublishAsync("alone", ZipBuilder.Of(("a", "x")));
        Harm(ArchivePath(first), Damage.Flip);

        IReadOnlyList<ScrubFinding> found = await ScrubAsync();

        Assert.Equal(
            new[] { first.Content.Digest.ToString(), second.Content.Digest.ToString() }.Order(StringComparer.Ordinal),
            found.Select(static finding => finding.Name).Order(StringComparer.Ordinal));
        Assert.Equal([first.Content.Digest.ToString()], found.Single(finding => finding.Name == second.Content.Digest.ToString()).Sources);
        Assert.DoesNotContain(found, finding => finding.Name == alone.Content.Digest.ToString());

        await PublishAsync("layer", zip);
        Assert.Empty(await ScrubAsync());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-20)]
    [InlineData(10)]
    public async Task Damage_in_the_file_of_pieces_is_healed_by_the_same_content_without_moving_what_others_take(int place)
    {
        byte[] zip = SharedArchiveTests.Zip(40, changed: 5, FileBytes + 1);
        await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: -1, FileBytes));
        LayerVersion second = await PublishAsync("layer", zip);
        Assert.NotEmpty(_room.Archives.ReadRecipe(second.Content.Digest).SourcesOf(second.Content.Digest));
        Flip(ArchivePath(second), place);

        Assert.Equal(second.Content.Digest.ToString(), Assert.Single(await ScrubAsync()).Name);

        await PublishAsync("layer", zip);
        _room.Archives.Verify(second.Content.Digest, CancellationToken.None);
        Assert.Empty(await ScrubAsync());
    }

    [Fact]
    public async Task An_archive_whose_source_stays_damaged_is_healed_without_it()
    {
        byte[] zip = SharedArchiveTests.Zip(40, changed: 5, FileBytes + 1);
        LayerVersion first = await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: -1, FileBytes));
        LayerVersion second = await PublishAsync("layer", zip);
        Harm(ArchivePath(first), Damage.Delete);
        Assert.Equal(2, (await ScrubAsync()).Count);

        await PublishAsync("layer", zip);

        Assert.Equal(first.Content.Digest.ToString(), Assert.Single(await ScrubAsync()).Name);
        _room.Archives.Verify(second.Content.Digest, CancellationToken.None);
    }

    [Fact]
    public async Task A_new_archive_takes_nothing_from_a_damaged_one()
    {
        LayerVersion first = await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: -1, FileBytes));
        Harm(ArchivePath(first), Damage.Flip);
        await ScrubAsync();

        LayerVersion second = await PublishAsync("layer", SharedArchiveTests.Zip(40, changed: 5, FileBytes + 1));

        Assert.DoesNotContain(first.Content.Digest, _room.Archives.ReadRecipe(second.Content.Digest).SourcesOf(second.Content.Digest));
    }

    [Theory]
    [InlineData(Damage.Flip)]
    [InlineData(Damage.Truncate)]
    public async Task A_damaged_file_below_trees_is_made_again_and_environments_keep_what_they_show(Damage damage)
    {
        LayerVersion one = await PublishAsync("one", ZipBuilder.Of(("a", "shared by both"), ("b", "1")));
        LayerVersion two = await PublishAsync("two", ZipBuilder.Of(("c/a", "shared by both")));
        LayerVersion other = await PublishAsync("other", ZipBuilder.Of(("a", "other")));
        using TreeLease shown = await _room.Trees.LeaseAsync(one.Content, CancellationToken.None);
        await _room.MaterializeAsync(two.Content);
        await _room.MaterializeAsync(other.Content);
        Harm(Path.Combine(shown.Directory, "a"), damage);

        ScrubFinding found = Assert.Single(await ScrubAsync());

        Assert.Equal((ScrubSubject.File, false), (found.Subject, found.Lasting));
        Assert.Equal(new[] { $"{one.LayerArn}:1", $"{two.LayerArn}:1" }, found.NamedBy);
        Assert.True(_room.Trees.IsReady(other.Content));
        Assert.Equal("shared by both", await File.ReadAllTextAsync(Path.Combine(await _room.MaterializeAsync(one.Content), "a")));
        Assert.Equal("shared by both", await File.ReadAllTextAsync(Path.Combine(await _room.MaterializeAsync(two.Content), "c", "a")));
        Assert.Empty(await ScrubAsync());
    }

    [Fact]
    public async Task A_file_deleted_from_a_tree_costs_only_that_tree()
    {
        LayerVersion version = await PublishAsync("layer", ZipBuilder.Of(("a", "x"), ("b", "y")));
        string tree = await _room.MaterializeAsync(version.Content);
        File.Delete(Path.Combine(tree, "a"));

        ScrubFinding found = Assert.Single(await ScrubAsync());

        Assert.Equal((ScrubSubject.Tree, $"{version.LayerArn}:1"), (found.Subject, Assert.Single(found.NamedBy)));
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(await _room.MaterializeAsync(version.Content), "a")));
    }

    [Fact]
    public async Task A_tree_deleted_from_the_disk_is_made_again()
    {
        LayerVersion version = await PublishAsync("layer", ZipBuilder.Of(("a", "x")));
        Directory.Delete(await _room.MaterializeAsync(version.Content), recursive: true);

        Assert.Equal(ScrubSubject.Tree, Assert.Single(await ScrubAsync()).Subject);

        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(await _room.MaterializeAsync(version.Content), "a")));
    }

    [Fact]
    public async Task A_damaged_manifest_is_made_again()
    {
        LayerVersion version = await PublishAsync("layer", ZipBuilder.Of(("a", "x")));
        await _room.MaterializeAsync(version.Content);
        Harm(Path.Combine(_room.DirectoryPath, "manifests", version.Content.Tree.ToString()), Damage.Flip);

        ScrubFinding found = Assert.Single(await ScrubAsync());

        Assert.Equal((ScrubSubject.Manifest, $"{version.LayerArn}:1"), (found.Subject, Assert.Single(found.NamedBy)));
        Assert.NotNull(_room.Manifests.TryRead(version.Content.Tree));
        Assert.True(_room.Trees.IsReady(version.Content));
    }

    [Fact]
    public async Task Without_archive_and_tree_a_start_says_why_it_fails()
    {
        LayerVersion version = await PublishAsync("layer", ZipBuilder.Of(("a", "some content")));
        string tree = await _room.MaterializeAsync(version.Content);
        Harm(ArchivePath(version), Damage.Flip);
        Harm(Path.Combine(tree, "a"), Damage.Flip);

        IReadOnlyList<ScrubFinding> found = await ScrubAsync();

        Assert.False(found.Single(static finding => finding.Subject == ScrubSubject.Archive).TreeIntact);
        IOException refused = await Assert.ThrowsAsync<IOException>(() => _room.MaterializeAsync(version.Content));
        Assert.Contains(version.Content.Digest.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Damage.Flip)]
    [InlineData(Damage.Delete)]
    public async Task A_damaged_blob_is_named_by_what_has_it(Damage damage)
    {
        Sha256 blob;
        await using (BlobWriter writer = await _room.Blobs.BeginWriteAsync(CancellationToken.None))
        {
            await writer.WriteAsync("content of an object"u8.ToArray(), CancellationToken.None);
            blob = await writer.CommitAsync(CancellationToken.None);
            _room.InUse.Blobs.Add(blob);
        }

        string name = blob.ToString();
        Harm(Path.Combine(_room.DirectoryPath, "blobs", name[..2], name[2..4], name), damage);

        ScrubFinding found = Assert.Single(await ScrubAsync());

        Assert.Equal((ScrubSubject.Blob, true, $"s3://bucket/{blob}"), (found.Subject, found.Lasting, Assert.Single(found.NamedBy)));
    }

    [Fact]
    public async Task While_the_file_of_an_archive_is_gone_no_other_archive_is_collected_and_after_it_came_again_all_that_should()
    {
        byte[] zip = ZipBuilder.Of(("a", "kept"));
        LayerVersion kept = await PublishAsync("kept", zip);
        LayerVersion gone = await PublishAsync("gone", ZipBuilder.Of(("a", "gone")));
        await StorageStorm.DeleteAsync(_room, gone);
        Harm(ArchivePath(kept), Damage.Delete);
        await ScrubAsync();
        Assert.Equal(0, (await _room.Collector.CollectAsync(CancellationToken.None)).Archives);

        await PublishAsync("kept", zip);

        Assert.Equal(1, (await _room.Collector.CollectAsync(CancellationToken.None)).Archives);
        Assert.Empty(await ScrubAsync());
    }

    [Fact]
    public async Task A_scrub_finds_nothing_while_everything_is_published_deleted_and_collected()
    {
        List<ScrubFinding> found = [];
        using CancellationTokenSource over = new();
        Task scrubbing = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await _room.Scrub.RunAsync(new ScrubProgress(), found.Add, CancellationToken.None);
            }
        });

        // Not with their trees: those are made and given up meanwhile too.
        for (int round = 0; round < 12; round++)
        {
            for (int layer = 0; layer < 4; layer++)
            {
                LayerVersion version = await _room.PublishAsync($"layer{layer}", SharedArchiveTests.Zip(25 + round, changed: layer, FileBytes + round));
                if (round % 2 == 0)
                {
                    await StorageStorm.DeleteAsync(_room, version);
                }
            }

            await _room.Collector.CollectAsync(CancellationToken.None);
        }

        await over.CancelAsync();
        await scrubbing;
        Assert.Empty(found);
    }

    public enum Damage
    {
        Flip,
        Truncate,
        Delete,
    }

    private static void Harm(string path, Damage damage)
    {
        if (damage == Damage.Delete)
        {
            File.Delete(path);
            return;
        }

        if (damage == Damage.Flip)
        {
            Flip(path, (int)(new FileInfo(path).Length / 3));
            return;
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.SetLength(file.Length / 2);
    }

    /// <param name="place">From the end when negative.</param>
    private static void Flip(string path, int place)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = place < 0 ? file.Length + place : place;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    /// <summary>With its tree, so that nothing is under way when the damage is done.</summary>
    private async Task<LayerVersion> PublishAsync(string layer, byte[] zip)
    {
        LayerVersion version = await _room.PublishAsync(layer, zip);
        await _room.MaterializeAsync(version.Content);
        return version;
    }

    private string ArchivePath(LayerVersion version) =>
        Assert.Single(Directory.GetFiles(Path.Combine(_room.DirectoryPath, "archives"), $"{version.Content.Digest}.*"));

    private async Task<IReadOnlyList<ScrubFinding>> ScrubAsync()
    {
        List<ScrubFinding> found = [];
        ScrubOutcome outcome = await _room.Scrub.RunAsync(new ScrubProgress(), found.Add, CancellationToken.None);
        Assert.Equal(found.Count(static finding => finding.Lasting), outcome.Damaged);
        Assert.Equal(found.Count, outcome.Damaged + outcome.Repaired);
        return found;
    }
}
