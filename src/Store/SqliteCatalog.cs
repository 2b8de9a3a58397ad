using System.Collections.Concurrent;

namespace Lamina.Store;

/// <summary>
/// The catalog in one SQLite file. One thread owns the database and runs the changes; readers have the snapshot in memory.
/// Group commit: the changes that wait when the thread comes back from an fsync run one after another, each on the state its
/// predecessor left, and share the next transaction.
/// </summary>
public sealed class SqliteCatalog : ICatalog
{
    // Bounds how long the first of many waiting changes waits for the last of its group.
    private const int ChangesPerTransaction = 512;

    private readonly BlockingCollection<CatalogChange> _changes = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CatalogDatabase _database;
    private volatile CatalogState _current;

    private SqliteCatalog(CatalogDatabase database)
    {
        _database = database;
        _current = database.Load();
        Thread thread = new(Run) { IsBackground = true, Name = "catalog" };
        thread.Start();
    }

    public CatalogSnapshot Current => _current;

    /// <summary>Opens or makes the catalog. Throws <see cref="CatalogException"/> for a file that is damaged or too new.</summary>
    public static SqliteCatalog Open(string path)
    {
        CatalogDatabase database = CatalogDatabase.Open(path);
        try
        {
            return new SqliteCatalog(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public Task<T> CommitAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken)
    {
        CatalogChange<T> waiting = new(change, cancellationToken);
        try
        {
            _changes.Add(waiting, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            waiting.Fail(new ObjectDisposedException(nameof(SqliteCatalog)));
        }

        return waiting.Task;
    }

    /// <summary>Commits what is waiting, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.CompleteAdding();
        await _stopped.Task;
    }

    private void Run()
    {
        List<CatalogChange> group = [];
        while (!_changes.IsCompleted)
        {
            group.Clear();
            if (_changes.TryTake(out CatalogChange? first, Timeout.Infinite))
            {
                group.Add(first);
                while (group.Count < ChangesPerTransaction && _changes.TryTake(out CatalogChange? next))
                {
                    group.Add(next);
                }

                Commit(group);
            }
        }

        _database.Dispose();
        _stopped.SetResult();
    }

    /// <summary>Runs the changes, makes them durable, makes them visible, answers: in this order.</summary>
    private void Commit(List<CatalogChange> group)
    {
        CatalogState state = _current;
        List<CatalogWrite> writes = [];
        foreach (CatalogChange change in group)
        {
            CatalogOverlay overlay = new(state);
            if (change.TryRun(overlay))
            {
                state = overlay.State;
                writes.AddRange(overlay.Writes);
            }
        }

        if (writes.Count > 0 && !TryWrite(writes, state, group))
        {
            return;
        }

        _current = state;

        // Also a change that threw may have done so for what it saw of its predecessors: it too is answered only now.
        foreach (CatalogChange change in group)
        {
            change.Answer();
        }
    }

    private bool TryWrite(List<CatalogWrite> writes, CatalogState state, List<CatalogChange> group)
    {
        try
        {
            _database.Write(writes, state.LastRevision);
            return true;
        }
        catch (Exception failure)
        {
            // The thread stays alive: a full disk may be freed. Whether a failed commit is on disk only the file knows, so ask it.
            foreach (CatalogChange change in group)
            {
                change.Fail(new CatalogException("The catalog could not be written. Nothing of this change is kept.", failure));
            }

            ReloadAfterFailure();
            return false;
        }
    }

    private void ReloadAfterFailure()
    {
        try
        {
            _current = _database.Load();
        }
        catch (CatalogException)
        {
            // The last good state goes on being readable; the next change reports what is wrong.
        }
    }
}
