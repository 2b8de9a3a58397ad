using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Layers;

/// <summary>
/// Fifty acts at once, round after round, from a seed: publishes of similar layers, deletions, starts of functions (lease the tree, read every
/// file of it), and collections between them all.
/// </summary>
internal static class StorageStorm
{
    private const int ActsAtOnce = 50;
    private const int Layers = 6;

    public static async Task RunAsync(LayersRoom room, int seed, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            Random random = new(seed + round);
            int[] choices = [.. Enumerable.Range(0, ActsAtOnce).Select(_ => random.Next())];
            Task collecting = Task.Run(async () =>
            {
                await room.Collector.CollectAsync(CancellationToken.None);
                await room.Collector.CollectAsync(CancellationToken.None);
            });
            await Task.WhenAll(choices.Select(choice => Task.Run(() => ActAsync(room, choice))));
            await collecting;
        }

        await AssertNothingIsLeftOverAsync(room);
        Assert.Empty(room.BuildFailures);
    }

    public static Task DeleteAsync(LayersRoom room, LayerVersion version) => room.Library.DeleteAsync(
        LayersRoom.Caller, LayerVersionArn.Parse($"{version.LayerArn}:{version.Version}"), CancellationToken.None);

    private static Task ActAsync(LayersRoom room, int choice)
    {
        string layer = $"layer{choice / 16 % Layers}";
        return (choice % 16) switch
        {
            < 4 => room.PublishAsync(layer, SharedArchiveTests.Zip(25 + (choice / 100 % 3), changed: choice / 300 % 25, size: 2_900 + (choice / 9_000 % 5))),
            < 8 => DeleteAnyAsync(room, layer, choice),
            _ => StartAsync(room, layer, choice),
        };
    }

    private static async Task DeleteAnyAsync(LayersRoom room, string layer, int choice)
    {
        if (Any(room, layer, choice) is { } version)
        {
            await DeleteAsync(room, version);
        }
    }

    /// <summary>A function that attached the version, as the catalog would say, starts: whatever is deleted meanwhile, it finds all its files.</summary>
    private static async Task StartAsync(LayersRoom room, string layer, int choice)
    {
        if (Any(room, layer, choice) is not { } version)
        {
            return;
        }

        string function = $"{choice}";
        room.InUse.Add(version.Content, function);

        // Attaching is one transaction with finding the version; here a deletion may come between the two.
        bool attached = Any(room, layer, choice, version.Version) is not null;
        try
        {
            using TreeLease tree = await room.Trees.LeaseAsync(version.Content, CancellationToken.None);
            TreeManifest manifest = await room.Manifests.ReadAsync(version.Content, CancellationToken.None);
            foreach (TreeEntry file in manifest.Entries.Where(static entry => entry.Kind == OptEntryKind.File))
            {
                byte[] content = await File.ReadAllBytesAsync(Path.Combine(tree.Directory, file.Path));
                Assert.Equal(file.Digest, Sha256.Of(content));
            }
        }
        catch (IOException) when (!attached)
        {
            // It was never attached.
        }
        finally
        {
            room.InUse.Remove(version.Content, function);
        }
    }

    private static LayerVersion? Any(LayersRoom room, string layer, int choice, long? number = null)
    {
        LayerVersion[] versions = [.. room.Library.ListVersions(LayersRoom.Caller, new LayerArn(LayersRoom.Caller.Region, LayersRoom.Caller.Account, layer))];
        return number is not null ? versions.FirstOrDefault(version => version.Version == number)
            : versions.Length == 0 ? null
            : versions[choice / 7 % versions.Length];
    }

    /// <summary>After a collection: what is named is whole, and there is nothing that nobody needs.</summary>
    public static async Task AssertNothingIsLeftOverAsync(LayersRoom room)
    {
        await room.Builder.DrainAsync();
        await room.Collector.CollectAsync(CancellationToken.None);
        HashSet<Sha256> named = [.. room.Storage.RootsNow().Select(static root => root.Archive.Digest)];
        HashSet<Sha256> needed = [];
        Stack<Sha256> open = new(named);
        while (open.TryPop(out Sha256 archive))
        {
            foreach (Sha256 source in room.Archives.ReadRecipe(archive).SourcesOf(archive).Where(needed.Add))
            {
                open.Push(source);
            }
        }

        Assert.True(named.IsSubsetOf(room.Archives.List()));
        Assert.Empty(room.Archives.List().Where(archive => !named.Contains(archive) && !needed.Contains(archive)));
        foreach (Sha256 archive in named)
        {
            await using Stream stream = room.Archives.OpenStream(archive);
            Assert.Equal(archive, new Sha256(await SHA256.HashDataAsync(stream)));
        }

        HashSet<Sha256> wanted = [.. room.Storage.RootsNow().Where(static root => root.WantsTree).Select(static root => root.Archive.Tree)];
        Assert.Empty(room.Trees.ListReady().Where(tree => !wanted.Contains(tree)));
        Assert.Empty(room.Manifests.List().Where(tree => !wanted.Contains(tree)));
        Assert.Equal(0, room.Trees.Files.Measure(CancellationToken.None).UnusedBytes);
    }
}
