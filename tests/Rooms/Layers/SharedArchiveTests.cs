using System.Security.Cryptography;
using System.Text;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class SharedArchiveTests : IAsyncDisposable
{
    private const int FileBytes = 3_000;
    private static readonly int[] Sizes = [0, 200, 3_000, 20_000];

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public SharedArchiveTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_archive_that_differs_in_one_file_is_stored_as_that_file()
    {
        StoredArchive first = await _room.StoreAsync(Zip(100, changed: -1, size: FileBytes));
        for (int i = 0; i < 5; i++)
        {
            byte[] zip = Zip(100, changed: i * 20, size: FileBytes + 100 + i);
            StoredArchive version = await _room.StoreAsync(zip);
            Assert.InRange(_room.Archives.FileBytes(version.Digest), 1, 3 * FileBytes);
            AssertGivenBack(zip, version);
        }

        Assert.True(_room.Archives.FileBytes(first.Digest) > 100 * FileBytes);
    }

    [Fact]
    public async Task What_is_derived_from_a_shared_archive_is_what_inflating_it_gives()
    {
        await _room.StoreAsync(Zip(60, changed: -1, size: FileBytes));
        StoredArchive version = await _room.StoreAsync(Zip(60, changed: 7, size: FileBytes + 1));
        using ArchiveReader archive = _room.Archives.OpenRead(version.Digest);
        TreeManifest inflated = await ArchiveChecker.CheckAsync(archive, CancellationToken.None);
        Assert.Equal(version.Tree, Sha256.Of(inflated.ToBytes()));
        Assert.Equal(version.UnzippedBytes, inflated.UnzippedBytes);
    }

    [Fact]
    public async Task Equal_contents_are_shared_under_other_names_and_dates()
    {
        await _room.StoreAsync(Zip(50, changed: -1, size: FileBytes));
        byte[] moved = Zip(50, changed: -1, size: FileBytes, folder: "python/lib/");
        StoredArchive version = await _room.StoreAsync(moved);
        Assert.InRange(_room.Archives.FileBytes(version.Digest), 1, moved.Length / 10);
        AssertGivenBack(moved, version);
    }

    [Fact]
    public async Task An_archive_that_is_mostly_new_is_stored_as_it_is()
    {
        await _room.StoreAsync(Zip(50, changed: -1, size: FileBytes));
        byte[] zip = Zip(120, changed: -1, size: FileBytes);
        StoredArchive version = await _room.StoreAsync(zip);
        Assert.Equal(zip.Length, _room.Archives.FileBytes(version.Digest));
        AssertGivenBack(zip, version);
    }

    [Fact]
    public async Task Shared_archives_are_given_back_after_a_restart()
    {
        byte[] zip = Zip(40, changed: 3, size: FileBytes + 5);
        string data = _folder.Below("again");
        StoredArchive version;
        await using (LayersRoom before = new(data, "this-boot", TimeProvider.System))
        {
            await before.StoreAsync(Zip(40, changed: -1, size: FileBytes));
            version = await before.StoreAsync(zip);
        }

        await using LayersRoom again = new(data, "this-boot", TimeProvider.System);
        await using Stream given = again.Archives.OpenStream(version.Digest);
        Assert.Equal(version.Digest, new Sha256(await SHA256.HashDataAsync(given)));
        StoredArchive next = await again.StoreAsync(Zip(40, changed: 4, size: FileBytes + 6));
        Assert.InRange(again.Archives.FileBytes(next.Digest), 1, 3 * FileBytes);
    }

    [Fact]
    public async Task The_same_archive_is_taken_from_memory_and_from_a_file()
    {
        byte[] zip = Zip(40, changed: -1, size: FileBytes);
        string path = _folder.Below("upload.zip");
        await File.WriteAllBytesAsync(path, zip);
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        using IncomingArchive fromFile = await _room.Intake.StoreAsync(file, CancellationToken.None);
        Assert.Equal(await _room.StoreAsync(zip), fromFile.Content);
        AssertGivenBack(zip, fromFile.Content);
    }

    [Fact]
    public async Task Whatever_changed_every_archive_is_given_back_byte_by_byte()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] zip = AnyZip(new Random(seed));
            StoredArchive version = await _room.StoreAsync(zip);
            Assert.Equal(Sha256.Of(zip), version.Digest);
            AssertGivenBack(zip, version);
            TreeManifest inflated = await ArchiveChecker.CheckAsync(new MemoryArchive(zip), CancellationToken.None);
            Assert.Equal(version.Tree, Sha256.Of(inflated.ToBytes()));
        }

        Assert.Contains(_room.Archives.List(), digest => _room.Archives.ReadRecipe(digest).SourcesOf(digest).Any());
    }

    internal static byte[] Zip(int files, int changed, int size, string folder = "")
    {
        ZipBuilder zip = new();
        for (int i = 0; i < files; i++)
        {
            zip.Add(new ZipItem
            {
                Name = Encoding.ASCII.GetBytes($"{folder}file{i}"),
                Content = i == changed ? Content(-size, size) : Content(i, FileBytes),
                Mode = 0x81A4,
            });
        }

        return zip.Build();
    }

    private static byte[] Content(int seed, int size)
    {
        byte[] content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    /// <summary>Out of few names, contents and forms, so that any two have much in common.</summary>
    private static byte[] AnyZip(Random random)
    {
        ZipBuilder zip = new() { Prefix = new byte[random.Next(2) * 20], Comment = new string('c', random.Next(2) * 9) };
        for (int name = random.Next(3); name < 30; name += random.Next(1, 4))
        {
            int variant = random.Next(4) == 0 ? random.Next(1, 4) : 0;
            zip.Add(new ZipItem
            {
                Name = Encoding.ASCII.GetBytes($"{(name % 3 == 0 ? "deep/er/" : "")}{name}"),
                Content = Content((name * 10) + variant, Sizes[(name + variant) % 4]),
                Mode = 0x81A4,
                Method = name % 5 == 0 ? (ushort)0 : (ushort)8,
                Streamed = name % 7 == 0,
                Zip64 = variant == 3 && name % 7 != 0,
                Extra = variant == 2 ? [9, 9, 2, 0, 1, 2] : [],
            });
        }

        return zip.Build();
    }

    private void AssertGivenBack(byte[] zip, StoredArchive archive)
    {
        byte[] given = new byte[archive.SizeBytes];
        using Stream stream = _room.Archives.OpenStream(archive.Digest);
        stream.ReadExactly(given);
        Assert.Equal(0, stream.Read(new byte[1]));
        Assert.True(zip.AsSpan().SequenceEqual(given));
    }
}
