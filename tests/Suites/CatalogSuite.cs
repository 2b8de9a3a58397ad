using System.Text.Json.Serialization;
using Lamina.Store;

namespace Lamina.Suites;

public sealed record Note(string Text);

[JsonSerializable(typeof(Note))]
public sealed partial class NoteJson : JsonSerializerContext;

/// <summary>What every catalog promises.</summary>
public abstract class CatalogSuite : IAsyncLifetime
{
    private ICatalog? _catalog;

    protected ICatalog Catalog => _catalog!;

    /// <summary>Opens the test's own catalog: empty the first time, the same one after it was disposed.</summary>
    protected abstract ICatalog OpenCatalog();

    public ValueTask InitializeAsync()
    {
        _catalog = OpenCatalog();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_committed_document_is_read_back()
    {
        await PutAsync("notes", "a", "hello");
        Assert.Equal("hello", Read("notes", "a"));
        Assert.Null(Catalog.Current.Find("notes", "b"));
        Assert.Null(Catalog.Current.Find("other", "a"));
    }

    [Fact]
    public async Task A_commit_gives_back_what_the_change_returns() =>
        Assert.Equal(42, await Catalog.CommitAsync(_ => 42, CancellationToken.None));

    [Fact]
    public async Task A_change_sees_its_own_writes()
    {
        (string? put, bool deleted, int scanned) = await Catalog.CommitAsync(
            transaction =>
            {
                transaction.Put("notes", "a", new Note("mine"), NoteJson.Default.Note);
                string? text = transaction.Find("notes", "a")?.Read(NoteJson.Default.Note).Text;
                int count = transaction.Scan("notes", "", after: null).Count();
                transaction.Delete("notes", "a");
                return (text, transaction.Find("notes", "a") is null, count);
            },
            CancellationToken.None);
        Assert.Equal(("mine", true, 1), (put, deleted, scanned));
        Assert.Null(Catalog.Current.Find("notes", "a"));
    }

    [Fact]
    public async Task Clearing_deletes_every_document_of_every_collection_also_for_the_next_start()
    {
        await PutAsync("notes", "a", "1");
        await PutAsync("notes", "b", "2");
        await PutAsync("others", "a", "3");
        await Catalog.CommitAsync(
            transaction =>
            {
                transaction.Clear();
                transaction.Put("notes", "c", new Note("after"), NoteJson.Default.Note);
                return true;
            },
            CancellationToken.None);

        await Catalog.DisposeAsync();
        _catalog = OpenCatalog();
        Assert.Equal(["c"], Catalog.Current.Scan("notes", "", after: null).Select(static document => document.Key));
        Assert.Empty(Catalog.Current.Scan("others", "", after: null));
    }

    [Fact]
    public async Task A_change_that_throws_leaves_no_trace_and_tells_its_caller()
    {
        await PutAsync("notes", "a", "before");
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Catalog.CommitAsync<int>(
            transaction =>
            {
                transaction.Put("notes", "a", new Note("half"), NoteJson.Default.Note);
                transaction.Put("notes", "b", new Note("half"), NoteJson.Default.Note);
                throw new InvalidOperationException("changed my mind");
            },
            CancellationToken.None));
        Assert.Equal("changed my mind", thrown.Message);
        Assert.Equal("before", Read("notes", "a"));
        Assert.Null(Catalog.Current.Find("notes", "b"));
    }

    [Fact]
    public async Task Changes_that_throw_among_others_take_none_of_them_along()
    {
        Task[] all = [.. Enumerable.Range(0, 200).Select(i => Catalog.CommitAsync(
            transaction =>
            {
                transaction.Put("notes", $"{i:D3}", new Note("x"), NoteJson.Default.Note);
                return i % 3 == 0 ? throw new InvalidOperationException() : i;
            },
            CancellationToken.None))];
        await Task.WhenAny(Task.WhenAll(all));
        await Task.WhenAll(all.Select(task => task.ContinueWith(_ => { })));
        Assert.Equal(
            Enumerable.Range(0, 200).Where(i => i % 3 != 0).Select(i => $"{i:D3}"),
            Catalog.Current.Scan("notes", "", after: null).Select(document => document.Key));
        Assert.All(Enumerable.Range(0, 200), i => Assert.Equal(i % 3 == 0, all[i].IsFaulted));
    }

    [Fact]
    public async Task Concurrent_changes_run_one_after_another()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Catalog.CommitAsync(
            transaction =>
            {
                int count = int.Parse(transaction.Find("notes", "count")?.Read(NoteJson.Default.Note).Text ?? "0");
                transaction.Put("notes", "count", new Note($"{count + 1}"), NoteJson.Default.Note);
                return count;
            },
            CancellationToken.None)));
        Assert.Equal("300", Read("notes", "count"));
    }

    [Fact]
    public async Task Revisions_grow_with_every_change_of_a_document_also_after_deletion_and_reopening()
    {
        List<long> revisions = [];
        for (int i = 0; i < 4; i++)
        {
            await PutAsync("notes", "a", $"{i}");
            revisions.Add(Catalog.Current.Find("notes", "a")!.Revision);
            await DeleteAsync("notes", "a");
            await ReopenAsync();
        }

        Assert.Equal(revisions.Distinct().Order(), revisions);
    }

    [Fact]
    public async Task A_snapshot_does_not_change_under_its_reader()
    {
        await PutAsync("notes", "a", "old");
        CatalogSnapshot snapshot = Catalog.Current;
        await PutAsync("notes", "a", "new");
        await PutAsync("notes", "b", "more");
        Assert.Equal("old", snapshot.Find("notes", "a")!.Read(NoteJson.Default.Note).Text);
        Assert.Single(snapshot.Scan("notes", "", after: null));
    }

    [Fact]
    public async Task Scanning_gives_keys_with_a_prefix_after_a_key_in_ordinal_order()
    {
        foreach (string key in (string[])["b", "a/2", "a/10", "a", "a/1", "A", "a0", "é", "a/😀"])
        {
            await PutAsync("notes", key, key);
        }

        Assert.Equal(["a/1", "a/10", "a/2", "a/😀"], Keys("a/", null));
        Assert.Equal(["a/2", "a/😀"], Keys("a/", "a/10"));
        Assert.Equal(["a/2", "a/😀"], Keys("a/", "a/11"));
        Assert.Equal(["a/1", "a/10", "a/2", "a/😀"], Keys("a/", "a"));
        Assert.Empty(Keys("a/", "b"));
        Assert.Equal(["A", "a", "a/1", "a/10", "a/2", "a/😀", "a0", "b", "é"], Keys("", null));
        Assert.Empty(Catalog.Current.Scan("nothing", "", after: null));
    }

    [Fact]
    public async Task Scanning_agrees_with_a_sorted_list_after_random_changes()
    {
        Random random = new(20261123);
        SortedSet<string> expected = new(StringComparer.Ordinal);
        for (int round = 0; round < 40; round++)
        {
            string[] keys = [.. Enumerable.Range(0, 25).Select(_ => $"{random.Next(20)}/{random.Next(30)}")];
            bool delete = random.Next(3) == 0;
            await Catalog.CommitAsync(transaction => Apply(transaction, keys, delete), CancellationToken.None);
            if (delete)
            {
                expected.ExceptWith(keys);
            }
            else
            {
                expected.UnionWith(keys);
            }

            string prefix = random.Next(2) == 0 ? "" : $"{random.Next(20)}/";
            string? after = random.Next(2) == 0 ? null : keys[0];
            Assert.Equal(
                expected.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, after) > 0),
                Keys(prefix, after));
        }
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        await PutAsync("notes", "a", "kept");
        await PutAsync("notes", "b", "deleted");
        await DeleteAsync("notes", "b");
        await ReopenAsync();
        Assert.Equal("kept", Read("notes", "a"));
        Assert.Null(Catalog.Current.Find("notes", "b"));
    }

    [Fact]
    public async Task A_change_cancelled_before_it_ran_does_not_run()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Catalog.CommitAsync(
            transaction => Apply(transaction, ["a"], delete: false), new CancellationToken(canceled: true)));
        Assert.Null(Catalog.Current.Find("notes", "a"));
    }

    [Fact]
    public async Task A_closed_catalog_refuses_changes()
    {
        await Catalog.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => PutAsync("notes", "a", "late"));
        _catalog = OpenCatalog();
    }

    protected async Task ReopenAsync()
    {
        await Catalog.DisposeAsync();
        _catalog = OpenCatalog();
    }

    protected Task PutAsync(string collection, string key, string text) => Catalog.CommitAsync(
        transaction =>
        {
            transaction.Put(collection, key, new Note(text), NoteJson.Default.Note);
            return true;
        },
        CancellationToken.None);

    private static bool Apply(CatalogTransaction transaction, string[] keys, bool delete)
    {
        foreach (string key in keys)
        {
            if (delete)
            {
                transaction.Delete("notes", key);
            }
            else
            {
                transaction.Put("notes", key, new Note(key), NoteJson.Default.Note);
            }
        }

        return true;
    }

    private Task DeleteAsync(string collection, string key) => Catalog.CommitAsync(
        transaction =>
        {
            transaction.Delete(collection, key);
            return true;
        },
        CancellationToken.None);

    private string Read(string collection, string key) => Catalog.Current.Find(collection, key)!.Read(NoteJson.Default.Note).Text;

    private IEnumerable<string> Keys(string prefix, string? after) =>
        Catalog.Current.Scan("notes", prefix, after).Select(document => document.Key);
}
