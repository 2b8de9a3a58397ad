using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class TreeCrashTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The child: six publishers, whose trees are being made while the next archives come in.</summary>
    internal static async Task PublishForEverAsync(string folder)
    {
        await using LayersRoom room = new(folder, "this-boot", TimeProvider.System);
        await CrashChild.WorkForEverAsync(workers: 6, async (publisher, i) =>
        {
            LayerVersion version = await room.PublishAsync($"layer-{publisher % 3}", Archive($"{publisher}-{i}"));
            return $"{version.LayerArn}:{version.Version}";
        });
    }

    [Fact]
    public async Task After_kill_9_every_acknowledged_version_is_there_and_gets_its_whole_tree()
    {
        List<string> acknowledged = await CrashChild.RunAndKillAsync(nameof(PublishForEverAsync), _folder.Below("data"), lines: 25);
        Assert.Equal(acknowledged.Count, acknowledged.Distinct().Count());
        string[] halfMade = Directory.GetDirectories(_folder.Below("data/trees/tmp"));
        await using LayersRoom room = LayersRoom.In(_folder);
        // The room makes the missing trees at once, in the same folder and under other names.
        Assert.DoesNotContain(halfMade, Directory.Exists);
        foreach (string arn in acknowledged)
        {
            LayerVersion version = room.Library.Get(LayersRoom.Caller, LayerVersionArn.Parse(arn));
            await AssertWholeAsync(room, version.Content);
        }

        Assert.Empty(room.BuildFailures);
    }

    [Fact]
    public async Task After_a_power_cut_damaged_files_and_trees_are_made_anew()
    {
        StoredArchive archive;
        string damaged;
        await using (LayersRoom before = new(_folder.Below("data"), "boot-1", TimeProvider.System))
        {
            archive = await before.StoreAsync(Archive("a"));
            damaged = await before.MaterializeAsync(archive);
        }

        // What a power cut leaves behind when nothing was flushed: some files are empty, others have the right size and no content.
        File.SetUnixFileMode(Path.Combine(damaged, "own"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(Path.Combine(damaged, "own"), []);
        await File.WriteAllBytesAsync(Path.Combine(damaged, "shared/7"), new byte[new FileInfo(Path.Combine(damaged, "shared/7")).Length]);
        File.Delete(Path.Combine(damaged, "shared/8"));

        await using LayersRoom after = new(_folder.Below("data"), "boot-2", TimeProvider.System);
        Assert.False(after.Trees.IsReady(archive));
        await AssertWholeAsync(after, archive);
        await AssertWholeAsync(after, await after.StoreAsync(Archive("b")));
    }

    [Fact]
    public async Task After_a_power_cut_without_the_manifest_no_file_is_trusted()
    {
        StoredArchive archive;
        await using (LayersRoom before = new(_folder.Below("data"), "boot-1", TimeProvider.System))
        {
            archive = await before.StoreAsync(Archive("a"));
            string damaged = await before.MaterializeAsync(archive);
            await File.WriteAllBytesAsync(Path.Combine(damaged, "shared/7"), []);
            before.Manifests.Delete(archive.Tree);
        }

        await using LayersRoom after = new(_folder.Below("data"), "boot-2", TimeProvider.System);
        await AssertWholeAsync(after, await after.StoreAsync(Archive("a")));
    }

    private static byte[] Archive(string name)
    {
        ZipBuilder zip = new();
        for (int i = 0; i < 30; i++)
        {
            zip.File($"shared/{i}", string.Concat(Enumerable.Repeat($"common {i} ", 200)));
        }

        return zip.File("own", string.Concat(Enumerable.Repeat(name, 300))).Build();
    }

    internal static async Task AssertWholeAsync(LayersRoom room, StoredArchive archive)
    {
        using TreeLease tree = await room.Trees.LeaseAsync(archive, CancellationToken.None);
        TreeManifest manifest = await room.Manifests.ReadAsync(archive, CancellationToken.None);
        foreach (TreeEntry file in manifest.Entries.Where(entry => entry.Kind == OptEntryKind.File))
        {
            Assert.Equal(file.Digest, new Sha256(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(tree.Directory, file.Path)))));
        }
    }
}
