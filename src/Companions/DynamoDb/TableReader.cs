using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Lamina.Companions.DynamoDb;

/// <summary>Where a walk through a table or an index goes on.</summary>
/// <param name="Own">The place in what is walked through.</param>
/// <param name="Base">In an index, the item's place in its table.</param>
internal sealed record WalkPosition(ItemKey Own, ItemKey? Base);

/// <summary>A walk through a table or one of its indexes, in the order of keys.</summary>
internal sealed record Walk
{
    public required TableDefinition Table { get; init; }

    /// <summary>Null: the table itself.</summary>
    public IndexDefinition? Index { get; init; }

    /// <summary>Of a query. Null: all partitions.</summary>
    public byte[]? Partition { get; init; }

    public SortRange Sort { get; init; } = SortRange.Everything;

    public bool Forward { get; init; } = true;

    /// <summary>Of a segment of a scan: the least partition, and the first that is no more of it.</summary>
    public (byte[]? First, byte[]? End) Segment { get; init; }

    public WalkPosition? After { get; init; }
}

/// <summary>Reads items.</summary>
internal static class TableReader
{
    public static StoredItem? Find(Database database, TableDefinition table, ItemKey key)
    {
        using SqliteDataReader row = database.Query($"SELECT size, item FROM {TableSql.Items(table)} WHERE pk = ?1 AND sk = ?2", key.Partition, key.Sort);
        return row.Read() ? new StoredItem(row.GetInt32(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    public static IEnumerable<StoredItem> Read(Database database, Walk walk)
    {
        (string sql, object[] values) = Statement(walk);
        using SqliteDataReader row = database.Query(sql, values);
        while (row.Read())
        {
            yield return new StoredItem(row.GetInt32(0), row.GetFieldValue<byte[]>(1));
        }
    }

    /// <summary>Items and bytes of the table, or of what it has in one of its indexes.</summary>
    public static (long Items, long Bytes) Count(Database database, TableDefinition table, IndexDefinition? index)
    {
        using SqliteDataReader row = database.Query($"SELECT count(*), coalesce(sum(i.size), 0) FROM {From(table, index)}");
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private static string From(TableDefinition table, IndexDefinition? index) => index is null
        ? $"{TableSql.Items(table)} i"
        : $"{TableSql.Index(table, index)} x CROSS JOIN {TableSql.Items(table)} i ON i.pk = x.bpk AND i.sk = x.bsk";

    private static (string Sql, object[] Values) Statement(Walk walk)
    {
        List<object> values = [];
        string[] order = OrderOf(walk);
        string[] conditions = [.. ConditionsOf(walk, values), .. AfterOf(walk, order, values)];
        StringBuilder sql = new($"SELECT i.size, i.item FROM {From(walk.Table, walk.Index)}");
        if (conditions.Length > 0)
        {
            sql.Append(" WHERE ").AppendJoin(" AND ", conditions);
        }

        string direction = walk.Forward ? "ASC" : "DESC";
        sql.Append(" ORDER BY ").AppendJoin(", ", order.Select(column => $"{column} {direction}"));
        return (sql.ToString(), [.. values]);
    }

    /// <summary>The columns in whose order the walk goes: of a query without the partition, of an index with the item's own place behind its place there.</summary>
    private static string[] OrderOf(Walk walk) => (walk.Partition is null, walk.Index is null) switch
    {
        (true, true) => ["i.pk", "i.sk"],
        (true, false) => ["x.pk", "x.sk", "x.bpk", "x.bsk"],
        (false, true) => ["i.sk"],
        (false, false) => ["x.sk", "x.bpk", "x.bsk"],
    };

    private static IEnumerable<string> ConditionsOf(Walk walk, List<object> values)
    {
        string own = walk.Index is null ? "i" : "x";
        (string Left, byte[]? Bound)[] bounds =
        [
            ($"{own}.pk =", walk.Partition),
            ($"{own}.pk >=", walk.Segment.First),
            ($"{own}.pk <", walk.Segment.End),
            ($"{own}.sk {(walk.Sort.LowerIncluded ? ">=" : ">")}", walk.Sort.Lower),
            ($"{own}.sk {(walk.Sort.UpperIncluded ? "<=" : "<")}", walk.Sort.Upper),
        ];
        return bounds.Where(static bound => bound.Bound is not null).Select(bound => $"{bound.Left} {Placeholder(values, bound.Bound!)}");
    }

    private static IEnumerable<string> AfterOf(Walk walk, string[] order, List<object> values)
    {
        if (walk.After is not { } after)
        {
            return [];
        }

        byte[][] place =
        [
            .. walk.Partition is null ? [after.Own.Partition] : Array.Empty<byte[]>(),
            after.Own.Sort,
            .. after.Base is null ? [] : new[] { after.Base.Partition, after.Base.Sort },
        ];
        string placeholders = string.Join(", ", place.Select(bytes => Placeholder(values, bytes)));
        return [$"({string.Join(", ", order)}) {(walk.Forward ? ">" : "<")} ({placeholders})"];
    }

    private static string Placeholder(List<object> values, byte[] value)
    {
        values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"?{values.Count}");
    }
}
