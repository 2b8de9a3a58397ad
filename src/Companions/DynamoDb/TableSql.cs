using System.Globalization;

namespace Lamina.Companions.DynamoDb;

/// <summary>The names of a table's own tables in the database, and the statements that make them.</summary>
internal static class TableSql
{
    public const string Schema =
        """
        CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS tables (id INTEGER PRIMARY KEY AUTOINCREMENT, definition TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, digest BLOB NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO schema (version) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM schema);
        """;

    public static string Items(TableDefinition table) => string.Create(CultureInfo.InvariantCulture, $"items_{table.Id}");

    public static string Index(TableDefinition table, IndexDefinition index) =>
        string.Create(CultureInfo.InvariantCulture, $"index_{table.Id}_{index.Number}");

    public static string CreateItems(TableDefinition table) =>
        $"CREATE TABLE {Items(table)} (pk BLOB NOT NULL, sk BLOB NOT NULL, size INTEGER NOT NULL, item BLOB NOT NULL, PRIMARY KEY (pk, sk)) WITHOUT ROWID";

    /// <summary>An index has the keys of its items only: what it projects is cut from the item when it is read.</summary>
    public static string CreateIndex(TableDefinition table, IndexDefinition index) =>
        $"CREATE TABLE {Index(table, index)} (pk BLOB NOT NULL, sk BLOB NOT NULL, bpk BLOB NOT NULL, bsk BLOB NOT NULL, PRIMARY KEY (pk, sk, bpk, bsk)) WITHOUT ROWID";
}
