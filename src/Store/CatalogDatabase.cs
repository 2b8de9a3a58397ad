using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Lamina.Store;

/// <summary>The SQLite file below the catalog. Used by one thread at a time.</summary>
internal sealed class CatalogDatabase : IDisposable
{
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private readonly string _path;
    private readonly SqliteConnection _connection;

    private CatalogDatabase(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    public static CatalogDatabase Open(string path)
    {
        // Whoever closes the file properly leaves no log behind; only after a crash is the whole file worth reading twice.
        bool crashed = File.Exists(path + "-wal");
        SqliteConnectionStringBuilder settings = new() { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWriteCreate };
        CatalogDatabase database = new(path, new SqliteConnection(settings.ConnectionString));
        try
        {
            database.Prepare(crashed);
            return database;
        }
        catch (SqliteException failure)
        {
            database.Dispose();
            throw database.Explain(failure);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public CatalogState Load()
    {
        try
        {
            return LoadDocuments();
        }
        catch (SqliteException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>All or nothing, durable on return.</summary>
    public void Write(List<CatalogWrite> writes, long lastRevision)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        using SqliteCommand put = Command(
            "INSERT INTO documents (collection, key, revision, json) VALUES ($collection, $key, $revision, $json) "
            + "ON CONFLICT (collection, key) DO UPDATE SET revision = excluded.revision, json = excluded.json");
        using SqliteCommand delete = Command("DELETE FROM documents WHERE collection = $collection AND key = $key");
        foreach (CatalogWrite write in writes)
        {
            SqliteCommand command = write.Json is null ? delete : put;
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$collection", write.Collection);
            command.Parameters.AddWithValue("$key", write.Key);
            if (write.Json is { } json)
            {
                command.Parameters.AddWithValue("$revision", write.Revision);
                command.Parameters.AddWithValue("$json", json.ToArray());
            }

            command.ExecuteNonQuery();
        }

        using SqliteCommand revision = Command("UPDATE revision SET last = $last");
        revision.Parameters.AddWithValue("$last", lastRevision);
        revision.ExecuteNonQuery();
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();

    private void Prepare(bool crashed)
    {
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("PRAGMA foreign_keys = ON");
        if (crashed)
        {
            CheckIntegrity();
        }

        CatalogMigrations.Apply(_connection, _path);
    }

    private void CheckIntegrity()
    {
        using SqliteCommand check = Command("PRAGMA quick_check(1)");
        string? verdict = check.ExecuteScalar() as string;
        if (verdict != "ok")
        {
            throw Damaged($"quick_check says: {verdict}", inner: null);
        }
    }

    private CatalogState LoadDocuments()
    {
        Dictionary<string, List<Document>> sorted = [];
        using (SqliteCommand select = Command("SELECT collection, key, revision, json FROM documents"))
        using (SqliteDataReader row = select.ExecuteReader())
        {
            while (row.Read())
            {
                Document document = new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3));
                if (!sorted.TryGetValue(document.Collection, out List<Document>? documents))
                {
                    sorted.Add(document.Collection, documents = []);
                }

                documents.Add(document);
            }
        }

        ImmutableDictionary<string, DocumentTree>.Builder collections = CatalogState.Empty.Collections.ToBuilder();
        foreach ((string collection, List<Document> documents) in sorted)
        {
            // SQLite orders by UTF-8 bytes, .NET by UTF-16 units: they differ beyond the basic plane.
            documents.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
            collections.Add(collection, DocumentTree.FromSorted(documents));
        }

        using SqliteCommand revision = Command("SELECT last FROM revision");
        long last = Convert.ToInt64(revision.ExecuteScalar(), CultureInfo.InvariantCulture);
        return new CatalogState(collections.ToImmutable(), last);
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = Command(sql);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private CatalogException Explain(SqliteException failure) => failure.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase
        ? Damaged(failure.Message, failure)
        : new CatalogException($"The catalog {_path} cannot be used: {failure.Message}", failure);

    private CatalogException Damaged(string finding, Exception? inner) => new(
        $"The catalog {_path} is damaged ({finding}). Restore it from a backup, "
        + "or move it away together with its -wal file to start with an empty one.",
        inner);
}
