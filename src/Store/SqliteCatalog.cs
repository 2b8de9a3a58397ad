namespace Lamina.Store;

/// <summary>
/// The catalog in one SQLite file. One thread owns the database and runs the changes, each on the state its predecessor left; readers have
/// the snapshot in memory.
/// </summary>
public sealed class SqliteCatalog : ICatalog
{
    private const int ChangesPerTransaction = 512;

    private readonly ChangeQueue<CatalogTransaction> _changes;
    private readonly CatalogDatabase _database;
    private volatile CatalogState _current;

    private SqliteCatalog(CatalogDatabase database)
    {
        _database = database;
        _current = database.Load();
        _changes = new ChangeQueue<CatalogTransaction>("catalog", ChangesPerTransaction, Commit);
        _changes.Start();
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

    public Task<T> CommitAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken) =>
        _changes.AddAsync(change, cancellationToken);

    /// <summary>Commits what is waiting, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _changes.DisposeAsync();
        _database.Dispose();
    }

    /// <summary>Runs the changes, makes them durable, makes them visible, answers: in this order.</summary>
    private void Commit(IReadOnlyList<PendingChange<CatalogTransaction>> group)
    {
        CatalogState state = _current;
        List<CatalogWrite> writes = [];
        foreach (PendingChange<CatalogTransaction> change in group)
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
        foreach (PendingChange<CatalogTransaction> change in group)
        {
            change.Answer();
        }
    }

    private bool TryWrite(List<CatalogWrite> writes, CatalogState state, IReadOnlyList<PendingChange<CatalogTransaction>> group)
    {
        try
        {
            _database.Write(writes, state.LastRevision);
            return true;
        }
        catch (Exception failure)
        {
            // The thread stays alive: a full disk may be freed. Whether a failed commit is on disk only the file knows, so ask it.
            foreach (PendingChange<CatalogTransaction> change in group)
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
