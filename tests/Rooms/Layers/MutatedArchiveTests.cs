using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class MutatedArchiveTests : IAsyncDisposable
{
    private const int Seed = 20261123;

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public MutatedArchiveTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_thousand_damaged_archives_are_each_accepted_safely_or_refused_by_their_fault()
    {
        Random random = new(Seed);
        byte[][] good = GoodArchives();
        int refused = 0;
        int built = 0;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 1000; i++)
        {
            byte[] zip = Mutate(random, good);
            try
            {
                await ArchiveChecker.CheckAsync(new MemoryArchive(zip), CancellationToken.None);
                if (built++ < 30)
                {
                    Assert.StartsWith(_folder.Root, await _room.TreeOfAsync(zip), StringComparison.Ordinal);
                }
            }
            catch (AwsError fault)
            {
                refused++;
                Assert.InRange(fault.Status, 400, 499);
                Assert.NotEmpty(fault.Message);
            }
        }

        Assert.InRange(refused, 300, 999);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16_000_000);
        Assert.Equal([_folder.Below("data")], Directory.GetFileSystemEntries(_folder.Root));
        Assert.Equal(["archives", "blobs", "catalog.db", "catalog.db-shm", "catalog.db-wal", "files", "manifests", "trees"], Directory.GetFileSystemEntries(_folder.Below("data")).Select(Path.GetFileName).Order());
    }

    private static byte[][] GoodArchives()
    {
        ZipBuilder plain = new ZipBuilder().Folder("bin").File("bin/run", "#!/bin/sh", 0x1ED).Link("run", "bin/run").File("data", new string('x', 500));
        ZipBuilder odd = new() { Zip64End = true, Comment = "" };
        odd.Add(new ZipItem { Name = "streamed"u8.ToArray(), Content = new byte[300], Streamed = true });
        odd.Add(new ZipItem { Name = "wide"u8.ToArray(), Content = new byte[300], Zip64 = true });
        odd.Add(new ZipItem { Name = "dos\\x"u8.ToArray(), Content = new byte[3], Host = 0, Method = 0 });
        ZipBuilder nested = new() { Comment = "a comment" };
        for (int i = 0; i < 30; i++)
        {
            nested.File($"a/b{i % 3}/c{i % 5}/f{i}", $"{i}");
        }

        return [plain.Build(), odd.Build(), nested.Build()];
    }

    private static byte[] Mutate(Random random, byte[][] good)
    {
        byte[] zip = [.. good[random.Next(good.Length)]];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(zip.Length);
            switch (random.Next(6))
            {
                case 0:
                    zip[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    zip[at] = (byte)random.Next(256);
                    break;
                case 2:
                    zip.AsSpan(at, Math.Min(zip.Length - at, random.Next(1, 9))).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                    break;
                case 3:
                    zip = zip[..Math.Max(at, 1)];
                    break;
                case 4:
                    zip = [.. zip[..at], .. zip[random.Next(at)..at], .. zip[at..]];
                    break;
                default:
                    byte[] other = good[random.Next(good.Length)];
                    zip = [.. zip[..at], .. other[random.Next(other.Length)..]];
                    break;
            }
        }

        return zip;
    }
}
