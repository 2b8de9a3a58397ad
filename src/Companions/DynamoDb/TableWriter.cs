using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Contract;
using Microsoft.Data.Sqlite;

namespace Lamina.Companions.DynamoDb;

/// <summary>What a change may do to the tables and their items: on the store's own thread, within its transaction.</summary>
internal sealed class TableWriter(Database database, ImmutableSortedDictionary<string, TableDefinition> tables)
{
    /// <summary>As the store has them by their keys, with what this change has done.</summary>
    public ImmutableSortedDictionary<string, TableDefinition> Tables { get; set; } = tables;

    public TableDefinition Require(Caller caller, string name) =>
        Tables.GetValueOrDefault(TableStore.KeyOf(caller, name)) ?? throw DynamoDbErrors.NotFound();

    /// <summary>The table with its number.</summary>
    public TableDefinition Create(TableDefinition draft)
    {
        database.Execute("INSERT INTO tables (definition) VALUES ('')");
        TableDefinition table = draft with { Id = (long)database.Scalar("SELECT last_insert_rowid()")! };
        database.Execute(TableSql.CreateItems(table));
        foreach (IndexDefinition index in table.Indexes)
        {
            database.Execute(TableSql.CreateIndex(table, index));
        }

        return Change(table);
    }

    /// <summary>Keeps another definition; the rows of its indexes are as they were.</summary>
    public TableDefinition Change(TableDefinition table)
    {
        database.Execute("UPDATE tables SET definition = ?2 WHERE id = ?1", table.Id, JsonSerializer.Serialize(table, DynamoDbJson.Default.TableDefinition));
        Tables = Tables.SetItem(TableStore.KeyOf(table), table);
        return table;
    }

    public void Drop(TableDefinition table)
    {
        foreach (IndexDefinition index in table.Indexes)
        {
            DropIndex(table, index);
        }

        database.Execute($"DROP TABLE {TableSql.Items(table)}");
        database.Execute("DELETE FROM tables WHERE id = ?1", table.Id);
        Tables = Tables.Remove(TableStore.KeyOf(table));
    }

    /// <summary>Makes an index's rows for the items that there are. An item whose attributes have other types than the key's is left out, as AWS does.</summary>
    public void FillIndex(TableDefinition table, IndexDefinition index)
    {
        database.Execute(TableSql.CreateIndex(table, index));
        List<(ItemKey Key, ItemKey Own)> rows = [];
        using (SqliteDataReader row = database.Query($"SELECT pk, sk, size, item FROM {TableSql.Items(table)}"))
        {
            while (row.Read())
            {
                StoredItem item = new(row.GetInt32(2), row.GetFieldValue<byte[]>(3));
                if (TryIndex(table, index, item.Values) is { } own)
                {
                    rows.Add((new ItemKey(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1)), own));
                }
            }
        }

        foreach ((ItemKey key, ItemKey own) in rows)
        {
            InsertRow(table, index, key, own);
        }
    }

    public void DropIndex(TableDefinition table, IndexDefinition index) => database.Execute($"DROP TABLE {TableSql.Index(table, index)}");

    public StoredItem? Find(TableDefinition table, ItemKey key) => TableReader.Find(database, table, key);

    /// <summary>The item takes the place of the one with its key. Throws <c>ValidationException</c> when it is too large or cannot be in an index.</summary>
    /// <param name="before">The item there now, as found in this change.</param>
    public StoredItem Put(TableDefinition table, ItemKey key, ImmutableSortedDictionary<string, AttributeValue> values, StoredItem? before, string tooLarge)
    {
        StoredItem item = new(StoredItem.SizeOf(values), AttributeJson.WriteItem(values));
        if (item.SizeBytes > Limits.ItemBytes)
        {
            throw DynamoDbErrors.Validation(tooLarge);
        }

        foreach (IndexDefinition index in table.Indexes)
        {
            Reindex(table, index, key, before, ItemKey.OfIndex(table, index, values));
        }

        database.Execute(
            $"INSERT INTO {TableSql.Items(table)} (pk, sk, size, item) VALUES (?1, ?2, ?3, ?4) "
            + "ON CONFLICT (pk, sk) DO UPDATE SET size = excluded.size, item = excluded.item",
            key.Partition,
            key.Sort,
            item.SizeBytes,
            item.Json);
        return item;
    }

    public void Delete(TableDefinition table, ItemKey key, StoredItem before)
    {
        foreach (IndexDefinition index in table.Indexes)
        {
            Reindex(table, index, key, before, after: null);
        }

        database.Execute($"DELETE FROM {TableSql.Items(table)} WHERE pk = ?1 AND sk = ?2", key.Partition, key.Sort);
    }

    /// <summary>
    /// True when a request with this token was done within the time it is good for. Throws <c>IdempotentParameterMismatchException</c>
    /// when that was another request.
    /// </summary>
    public bool IsRepeated(Caller caller, string token, byte[] digest, DateTimeOffset now)
    {
        long time = now.ToUnixTimeMilliseconds();
        string key = $"{caller.Account}/{caller.Region}/{token}";
        database.Execute("DELETE FROM tokens WHERE time < ?1", time - (long)Limits.TransactionToken.TotalMilliseconds);
        if (database.Scalar("SELECT digest FROM tokens WHERE token = ?1", key) is byte[] known)
        {
            return known.AsSpan().SequenceEqual(digest) ? true : throw DynamoDbErrors.IdempotentMismatch();
        }

        database.Execute("INSERT INTO tokens (token, digest, time) VALUES (?1, ?2, ?3)", key, digest, time);
        return false;
    }

    private void Reindex(TableDefinition table, IndexDefinition index, ItemKey key, StoredItem? before, ItemKey? after)
    {
        ItemKey? now = before is null ? null : TryIndex(table, index, before.Values);
        if (now is not null && after is not null
            && now.Partition.AsSpan().SequenceEqual(after.Partition) && now.Sort.AsSpan().SequenceEqual(after.Sort))
        {
            return;
        }

        if (now is not null)
        {
            database.Execute(
                $"DELETE FROM {TableSql.Index(table, index)} WHERE pk = ?1 AND sk = ?2 AND bpk = ?3 AND bsk = ?4",
                now.Partition,
                now.Sort,
                key.Partition,
                key.Sort);
        }

        if (after is not null)
        {
            InsertRow(table, index, key, after);
        }
    }

    private void InsertRow(TableDefinition table, IndexDefinition index, ItemKey key, ItemKey own) => database.Execute(
        $"INSERT INTO {TableSql.Index(table, index)} (pk, sk, bpk, bsk) VALUES (?1, ?2, ?3, ?4)", own.Partition, own.Sort, key.Partition, key.Sort);

    /// <summary>Null also for an item that was there before the index and cannot be in it.</summary>
    private static ItemKey? TryIndex(TableDefinition table, IndexDefinition index, ImmutableSortedDictionary<string, AttributeValue> item)
    {
        try
        {
            return ItemKey.OfIndex(table, index, item);
        }
        catch (AwsError)
        {
            return null;
        }
    }
}
