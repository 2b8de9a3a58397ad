using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Data.Sqlite;

namespace Lamina.Companions.DynamoDb;

/// <summary>
/// All tables in one SQLite file. One thread owns the connection that writes and runs the changes. Readers have connections of their own
/// and see the last committed state: they wait for nobody. A change is durable before its caller is answered.
/// </summary>
public sealed class TableStore : IAsyncDisposable
{
    private const int SqliteError = 1;

    private const int ChangesPerTransaction = 256;

    private readonly ChangeQueue<TableWriter> _changes;
    private readonly ConcurrentBag<Database> _readers = [];
    private readonly Database _database;
    private readonly string _path;
    private volatile ImmutableSortedDictionary<string, TableDefinition> _tables;

    private TableStore(string path, Database database)
    {
        _path = path;
        _database = database;
        _tables = LoadTables(database);
        _changes = new ChangeQueue<TableWriter>("dynamodb", ChangesPerTransaction, Commit);
        _changes.Start();
    }

    /// <summary>By account, region and name, in the order of names.</summary>
    internal ImmutableSortedDictionary<string, TableDefinition> Tables => _tables;

    /// <param name="folder">Made when it is not there.</param>
    public static TableStore Open(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "tables.db");
        Database database = Database.Open(path, writes: true);
        try
        {
            database.Execute(TableSql.Schema);
            return database.Scalar("SELECT version FROM schema") is 1L
                ? new TableStore(path, database)
                : throw new InvalidDataException($"{path} was written by a newer release. Use that one, or one newer still.");
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Deletes every table.</summary>
    public Task ForgetEverythingAsync() => WriteAsync(
        static writer =>
        {
            foreach (TableDefinition table in writer.Tables.Values)
            {
                writer.Drop(table);
            }

            return true;
        },
        CancellationToken.None);

    /// <summary>Commits what is waiting, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _changes.DisposeAsync();
        _database.Dispose();
        while (_readers.TryTake(out Database? reader))
        {
            reader.Dispose();
        }
    }

    internal static string KeyOf(Caller caller, string name) => $"{caller.Account}/{caller.Region}/{name}";

    internal static string KeyOf(TableDefinition table) => $"{table.Account}/{table.Region}/{table.Name}";

    internal TableDefinition? Find(Caller caller, string name) => _tables.GetValueOrDefault(KeyOf(caller, name));

    /// <summary>Runs the change on the store's thread and commits what it did; a change that throws leaves no trace.</summary>
    internal Task<T> WriteAsync<T>(Func<TableWriter, T> change, CancellationToken cancellationToken) => _changes.AddAsync(change, cancellationToken);

    /// <summary>All that is read sees one state, not older than the last answered write.</summary>
    internal T Read<T>(Func<Database, T> read)
    {
        if (!_readers.TryTake(out Database? reader))
        {
            reader = Database.Open(_path, writes: false);
        }

        try
        {
            reader.Execute("BEGIN");
            try
            {
                return read(reader);
            }
            finally
            {
                reader.Execute("COMMIT");
            }
        }
        catch (SqliteException gone) when (gone.SqliteErrorCode == SqliteError && gone.Message.Contains("no such table", StringComparison.Ordinal))
        {
            // Deleted between the look at the definition and the look at the items.
            throw DynamoDbErrors.NotFound();
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    private static ImmutableSortedDictionary<string, TableDefinition> LoadTables(Database database)
    {
        ImmutableSortedDictionary<string, TableDefinition>.Builder tables =
            ImmutableSortedDictionary.CreateBuilder<string, TableDefinition>(StringComparer.Ordinal);
        using SqliteDataReader row = database.Query("SELECT definition FROM tables");
        while (row.Read())
        {
            TableDefinition table = JsonSerializer.Deserialize(row.GetString(0), DynamoDbJson.Default.TableDefinition)!;
            tables.Add(KeyOf(table), table);
        }

        return tables.ToImmutable();
    }

    /// <summary>Runs the changes, makes them durable, makes their definitions visible, answers: in this order.</summary>
    private void Commit(IReadOnlyList<PendingChange<TableWriter>> group)
    {
        try
        {
            ImmutableSortedDictionary<string, TableDefinition> tables = _tables;
            _database.Execute("BEGIN IMMEDIATE");
            foreach (PendingChange<TableWriter> change in group)
            {
                TableWriter writer = new(_database, tables);
                _database.Execute("SAVEPOINT change");
                if (change.TryRun(writer))
                {
                    tables = writer.Tables;
                }
                else
                {
                    _database.Execute("ROLLBACK TO change");
                }

                _database.Execute("RELEASE change");
            }

            _database.Execute("COMMIT");
            _tables = tables;
        }
        catch (Exception failure)
        {
            // The thread stays alive: a full disk may be freed. Nothing of the group was committed, or the next start finds it whole.
            Abandon(group, failure);
            return;
        }

        // Also a change that threw may have done so for what it saw of its predecessors: it too is answered only now.
        foreach (PendingChange<TableWriter> change in group)
        {
            change.Answer();
        }
    }

    private void Abandon(IReadOnlyList<PendingChange<TableWriter>> group, Exception failure)
    {
        try
        {
            _database.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There was no transaction any more.
        }

        foreach (PendingChange<TableWriter> change in group)
        {
            change.Fail(new IOException($"{_path} could not be written: {failure.Message}", failure));
        }
    }
}
