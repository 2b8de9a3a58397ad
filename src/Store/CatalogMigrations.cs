using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Lamina.Store;

/// <summary>The numbered steps from an empty file to today's schema; how far a file has come stands in its table <c>schema</c>.</summary>
internal static class CatalogMigrations
{
    private static readonly string[] Steps = ["001-documents.sql"];

    public static int Newest => Steps.Length;

    public static void Apply(SqliteConnection connection, string path)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL)");
        int version = ReadVersion(connection);
        if (version > Newest)
        {
            throw new CatalogException(
                $"The catalog {path} has schema version {version}; this release knows versions up to {Newest}. Use the release that wrote it, or a newer one.",
                inner: null);
        }

        if (version == Newest)
        {
            return;
        }

        foreach (string step in Steps.Skip(version))
        {
            Execute(connection, ReadStep(step));
        }

        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM schema; INSERT INTO schema (version) VALUES ({Newest})"));
        transaction.Commit();
    }

    private static int ReadVersion(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(version), 0) FROM schema";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static string ReadStep(string step)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Lamina.Store.Migrations.{step}")
            ?? throw new InvalidOperationException($"The migration {step} is not in the assembly.");
        using StreamReader reader = new(resource);
        return reader.ReadToEnd();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
