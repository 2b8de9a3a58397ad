using Microsoft.Data.Sqlite;

namespace Lamina.Companions.DynamoDb;

/// <summary>One connection to the tables' file, with its statements kept ready. Used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    // More than a server's tables need; beyond that statements of deleted tables would pile up.
    private const int MaxStatements = 512;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _statements = new(StringComparer.Ordinal);

    private Database(SqliteConnection connection) => _connection = connection;

    /// <param name="writes">False: it can only read.</param>
    public static Database Open(string path, bool writes)
    {
        SqliteConnectionStringBuilder settings = new() { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWriteCreate };
        Database database = new(new SqliteConnection(settings.ConnectionString));
        try
        {
            database._connection.Open();
            if (writes)
            {
                // Items are a few kilobytes often; in pages of this size most lie in one piece.
                database.Execute("PRAGMA page_size = 8192");
                database.Execute("PRAGMA journal_mode = WAL");
                database.Execute("PRAGMA synchronous = FULL");
            }
            else
            {
                database.Execute("PRAGMA query_only = ON");
            }

            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Execute(string sql, params ReadOnlySpan<object> values) => Bind(sql, values).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object> values) => Bind(sql, values).ExecuteScalar();

    /// <summary>To be disposed before the same statement is used again.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object> values) => Bind(sql, values).ExecuteReader();

    public void Dispose()
    {
        Forget();
        _connection.Dispose();
    }

    /// <summary>The values are those of ?1, ?2 and so on.</summary>
    private SqliteCommand Bind(string sql, ReadOnlySpan<object> values)
    {
        if (!_statements.TryGetValue(sql, out SqliteCommand? command))
        {
            if (_statements.Count >= MaxStatements)
            {
                Forget();
            }

            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 1; i <= values.Length; i++)
            {
                SqliteParameter parameter = command.CreateParameter();
                parameter.ParameterName = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"?{i}");
                command.Parameters.Add(parameter);
            }

            _statements.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }

    private void Forget()
    {
        foreach (SqliteCommand command in _statements.Values)
        {
            command.Dispose();
        }

        _statements.Clear();
    }
}
