using System.Globalization;
using Lamina.Store;
using Lamina.Suites;
using Microsoft.Data.Sqlite;

namespace Lamina.Rooms.Tests.Store;

public sealed class SqliteCatalogTests : CatalogSuite
{
    private readonly TestFolder _folder = new();

    private string CatalogPath => _folder.Below("catalog.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Many_waiting_changes_share_few_transactions()
    {
        // The first change holds the thread until all others wait.
        using ManualResetEventSlim allWait = new();
        Task<bool> first = Catalog.CommitAsync(_ => allWait.Wait(TimeSpan.FromSeconds(30)), CancellationToken.None);
        Task[] others = [.. Enumerable.Range(0, 400).Select(i => PutAsync("notes", $"{i}", "x"))];
        allWait.Set();
        Assert.True(await first);
        await Task.WhenAll(others);
        await ReopenAsync();
        Assert.Equal(400, Catalog.Current.Scan("notes", "", after: null).Count());
    }

    [Fact]
    public void A_file_that_is_not_a_catalog_is_refused_with_its_name()
    {
        string path = _folder.Below("other.db");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("this is not a database. ", 500)));
        CatalogException refused = Assert.Throws<CatalogException>(() => SqliteCatalog.Open(path));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_catalog_is_refused_with_its_name()
    {
        for (int i = 0; i < 50; i++)
        {
            await PutAsync("notes", $"{i:D4}", new string('x', 3000));
        }

        await Catalog.DisposeAsync();
        string damaged = _folder.Below("damaged.db");
        byte[] bytes = await File.ReadAllBytesAsync(CatalogPath);
        bytes.AsSpan(3 * 4096).Fill(0xA5);
        await File.WriteAllBytesAsync(damaged, bytes);
        CatalogException refused = Assert.Throws<CatalogException>(() => SqliteCatalog.Open(damaged));
        Assert.Contains(damaged, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalog_of_a_newer_release_is_refused_and_left_alone()
    {
        await PutAsync("notes", "a", "kept");
        await Catalog.DisposeAsync();
        SetSchemaVersion(99);
        CatalogException refused = Assert.Throws<CatalogException>(() => SqliteCatalog.Open(CatalogPath));
        Assert.Contains("schema version 99", refused.Message, StringComparison.Ordinal);
        SetSchemaVersion(1);
        await ReopenAsync();
        Assert.NotNull(Catalog.Current.Find("notes", "a"));
    }

    protected override ICatalog OpenCatalog() => SqliteCatalog.Open(CatalogPath);

    private void SetSchemaVersion(int version)
    {
        using SqliteConnection connection = new($"Data Source={CatalogPath};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"UPDATE schema SET version = {version}");
        command.ExecuteNonQuery();
    }
}
