using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

/// <summary>kill -9 while archives share their parts with each other, and while those that nobody needs are being deleted.</summary>
public sealed class CollectionCrashTests : IDisposable
{
    private const int Publishers = 4;
    private const int Files = 30;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The child: publishers of archives that have almost all of their files in common.</summary>
    internal static async Task PublishSharedForEverAsync(string folder)
    {
        await using LayersRoom room = new(folder, "this-boot", TimeProvider.System);
        Saying saying = new();
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            for (int i = 0; ; i++)
            {
                saying.Published(await room.PublishAsync($"layer-{publisher % 2}", Zip(publisher, i)));
            }
        })));
    }

    /// <summary>The child: the same publishers, who soon delete what they published, beside collections without an end.</summary>
    internal static async Task CollectForEverAsync(string folder)
    {
        await using LayersRoom room = new(folder, "this-boot", TimeProvider.System);
        Saying saying = new();
        IEnumerable<Task> publishers = Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            Queue<LayerVersion> mine = [];
            for (int i = 0; ; i++)
            {
                mine.Enqueue(await room.PublishAsync($"layer-{publisher % 2}", Zip(publisher, i)));
                saying.Published(mine.Last());
                if (mine.Count > 3)
                {
                    LayerVersion oldest = mine.Dequeue();
                    saying.Deleting(oldest);
                    await StorageStorm.DeleteAsync(room, oldest);
                    saying.Deleted(oldest);
                }
            }
        }));
        Task collecting = Task.Run(async () =>
        {
            while (true)
            {
                await room.Collector.CollectAsync(CancellationToken.None);
            }
        });
        await Task.WhenAll(publishers.Append(collecting));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(40)]
    public async Task After_kill_9_amid_publishes_that_share_parts_every_acknowledged_version_is_whole(int lines)
    {
        List<string> said = await CrashChild.RunAndKillAsync(nameof(PublishSharedForEverAsync), _folder.Below("data"), lines);
        await using LayersRoom room = LayersRoom.In(_folder);
        await AssertAcknowledgedIsKeptAsync(room, said);
        Assert.Contains(room.Archives.List(), archive => room.Archives.ReadRecipe(archive).SourcesOf(archive).Any());
        await AssertNothingHalfWrittenStaysAsync(room);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(75)]
    [InlineData(130)]
    public async Task After_kill_9_amid_collections_every_acknowledged_version_is_whole_and_the_next_collection_leaves_nothing(int lines)
    {
        List<string> said = await CrashChild.RunAndKillAsync(nameof(CollectForEverAsync), _folder.Below("data"), lines);
        await using LayersRoom room = LayersRoom.In(_folder);
        await AssertAcknowledgedIsKeptAsync(room, said);
        await AssertNothingHalfWrittenStaysAsync(room);
    }

    private static byte[] Zip(int publisher, int number) =>
        SharedArchiveTests.Zip(Files, changed: number % Files, size: 2_500 + (100 * publisher) + (number / Files));

    private static async Task AssertAcknowledgedIsKeptAsync(LayersRoom room, List<string> said)
    {
        ILookup<char, string> lines = said.ToLookup(static line => line[0], static line => line[1..]);
        foreach (string arn in lines[Saying.PublishedMark].Except(lines[Saying.DeletingMark]))
        {
            LayerVersion version = room.Library.Get(LayersRoom.Caller, LayerVersionArn.Parse(arn));
            await using Stream archive = room.Archives.OpenStream(version.Content.Digest);
            Assert.Equal(version.Content.Digest, new Sha256(await SHA256.HashDataAsync(archive)));
            await TreeCrashTests.AssertWholeAsync(room, version.Content);
        }

        Assert.All(lines[Saying.DeletedMark], arn =>
            Assert.Throws<AwsError>(() => room.Library.Get(LayersRoom.Caller, LayerVersionArn.Parse(arn))));
    }

    private static async Task AssertNothingHalfWrittenStaysAsync(LayersRoom room)
    {
        await StorageStorm.AssertNothingIsLeftOverAsync(room);
        foreach (string folder in (string[])["archives/tmp", "files/tmp", "trees/tmp", "trees/trash", "blobs/tmp"])
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(room.DirectoryPath, folder)));
        }

        Assert.False(File.Exists(Path.Combine(room.DirectoryPath, "archives/deleting")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(room.DirectoryPath, "manifests"), "*.tmp"));
        Assert.Empty(room.BuildFailures);
    }

    /// <summary>The child's lines.</summary>
    private sealed class Saying
    {
        public const char PublishedMark = '+';
        public const char DeletingMark = '-';
        public const char DeletedMark = 'x';

        private readonly Lock _output = new();

        public void Published(LayerVersion version) => Say(PublishedMark, version);

        public void Deleting(LayerVersion version) => Say(DeletingMark, version);

        public void Deleted(LayerVersion version) => Say(DeletedMark, version);

        private void Say(char mark, LayerVersion version)
        {
            lock (_output)
            {
                Console.Out.WriteLine($"{mark}{version.LayerArn}:{version.Version}");
                Console.Out.Flush();
            }
        }
    }
}
