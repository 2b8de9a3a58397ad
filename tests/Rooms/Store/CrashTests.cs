using Lamina.Contract;
using Lamina.Store;
using Lamina.Suites;
using Microsoft.Data.Sqlite;

namespace Lamina.Rooms.Tests.Store;

public sealed class CrashTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The child: eight writers, each putting a blob and a document naming it, over and over.</summary>
    internal static async Task CommitForEverAsync(string folder)
    {
        FileBlobStore blobs = new(Path.Combine(folder, "blobs"));
        await using SqliteCatalog catalog = SqliteCatalog.Open(Path.Combine(folder, "catalog.db"));
        Lock output = new();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; ; i++)
            {
                byte[] content = new byte[40_000];
                new Random((writer * 1_000_000) + i).NextBytes(content);
                Sha256 digest = await WriteAsync(blobs, content);
                string key = $"{writer}-{i}";
                await catalog.CommitAsync(
                    transaction =>
                    {
                        transaction.Put("first", key, new Note(digest.ToString()), NoteJson.Default.Note);
                        transaction.Put("second", key, new Note(digest.ToString()), NoteJson.Default.Note);
                        return true;
                    },
                    CancellationToken.None);
                lock (output)
                {
                    Console.Out.WriteLine($"{key} {digest}");
                    Console.Out.Flush();
                }
            }
        })));
    }

    [Fact]
    public async Task Everything_acknowledged_before_kill_9_is_there_and_nothing_is_half_made()
    {
        for (int round = 1; round <= 3; round++)
        {
            string folder = _folder.Below($"{round}");
            Directory.CreateDirectory(folder);
            List<string> acknowledged = await CrashChild.RunAndKillAsync(nameof(CommitForEverAsync), folder, lines: 40 * round);

            FileBlobStore blobs = new(Path.Combine(folder, "blobs"));
            await using SqliteCatalog catalog = SqliteCatalog.Open(Path.Combine(folder, "catalog.db"));
            foreach (string[] line in acknowledged.Select(line => line.Split(' ')))
            {
                Assert.Equal(line[1], catalog.Current.Find("first", line[0])?.Read(NoteJson.Default.Note).Text);
            }

            AssertConsistent(blobs, catalog.Current);
            Assert.Empty(Directory.GetFiles(Path.Combine(folder, "blobs", "tmp")));
            AssertIntegrity(Path.Combine(folder, "catalog.db"));
        }
    }

    private static void AssertConsistent(FileBlobStore blobs, CatalogSnapshot catalog)
    {
        Assert.Equal(
            catalog.Scan("first", "", after: null).Select(document => document.Key),
            catalog.Scan("second", "", after: null).Select(document => document.Key));
        Assert.All(catalog.Scan("first", "", after: null), document =>
            Assert.NotNull(blobs.FindLength(Sha256.Parse(document.Read(NoteJson.Default.Note).Text))));
        foreach (Sha256 digest in blobs.List())
        {
            using Stream blob = blobs.OpenRead(digest);
            byte[] content = new byte[blob.Length];
            blob.ReadExactly(content);
            Assert.Equal(digest, Sha256.Of(content));
        }
    }

    private static void AssertIntegrity(string path)
    {
        using SqliteConnection connection = new($"Data Source={path};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
    }

    private static async Task<Sha256> WriteAsync(FileBlobStore blobs, byte[] content)
    {
        await using BlobWriter writer = await blobs.BeginWriteAsync(CancellationToken.None);
        await writer.WriteAsync(content, CancellationToken.None);
        return await writer.CommitAsync(CancellationToken.None);
    }
}
