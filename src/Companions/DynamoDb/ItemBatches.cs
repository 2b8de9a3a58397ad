using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>What a batch asks of one table.</summary>
/// <param name="Keys">In the request's order.</param>
public sealed record BatchGet(string Table, IReadOnlyList<GetRequest> Keys);

/// <param name="Items">DynamoDB's JSON, of those that are there.</param>
/// <param name="Unprocessed">Places in the request of the keys that were not looked up, because the answer is full.</param>
public sealed record BatchGetAnswer(string Table, IReadOnlyList<ReadOnlyMemory<byte>> Items, IReadOnlyList<int> Unprocessed, CapacityUse Capacity);

/// <summary>Reads and writes many items at once, each by itself.</summary>
public sealed class ItemBatches(TableStore store)
{
    private const string Duplicates = "Provided list of item keys contains duplicates";

    public IReadOnlyList<BatchGetAnswer> Get(Caller caller, IReadOnlyList<BatchGet> batches)
    {
        if (batches.Sum(static batch => batch.Keys.Count) > Limits.BatchGetItems)
        {
            throw DynamoDbErrors.Validation("Too many items requested for the BatchGetItem call");
        }

        (TableDefinition Table, PreparedGet[] Gets, string Name)[] prepared =
        [
            .. batches.Select(batch =>
                (Tables.Require(store, caller, batch.Table), batch.Keys.Select(static key => new PreparedGet(key)).ToArray(), batch.Table)),
        ];
        foreach ((TableDefinition table, PreparedGet[] gets, _) in prepared)
        {
            RequireDistinct(gets.Select(get => get.KeyIn(table)));
        }

        return store.Read(database =>
        {
            long bytes = 0;
            List<BatchGetAnswer> answers = [];
            foreach ((TableDefinition table, PreparedGet[] gets, string name) in prepared)
            {
                answers.Add(Get(database, table, name, gets, ref bytes));
            }

            return answers;
        });
    }

    /// <summary>All in one write to the disk. Throws <c>ValidationException</c> before anything is written.</summary>
    public Task<IReadOnlyList<CapacityUse>> WriteAsync(Caller caller, IReadOnlyList<ItemRequest> requests, CancellationToken cancellationToken)
    {
        if (requests.Count > Limits.BatchWriteItems)
        {
            throw DynamoDbErrors.Validation("Too many items requested for the BatchWriteItem call");
        }

        (PreparedWrite Write, string Table)[] writes = [.. requests.Select(request => (new PreparedWrite(request), Tables.NameOf(caller, request.Table)))];
        return store.WriteAsync(
            writer =>
            {
                foreach (IGrouping<string, PreparedWrite> group in
                    writes.GroupBy(static write => write.Table, static write => write.Write, StringComparer.Ordinal))
                {
                    TableDefinition table = writer.Require(caller, group.Key);
                    RequireDistinct(group.Select(write => write.KeyIn(table)));
                }

                return (IReadOnlyList<CapacityUse>)
                [
                    .. writes.Select(write => write.Write.Run(writer, writer.Require(caller, write.Table), unitsTimes: 1).Capacity)
                        .GroupBy(static use => use.Table, StringComparer.Ordinal)
                        .Select(static group => group.Aggregate(static (sum, use) => sum + use)),
                ];
            },
            cancellationToken);
    }

    private static BatchGetAnswer Get(Database database, TableDefinition table, string name, PreparedGet[] gets, ref long bytes)
    {
        List<ReadOnlyMemory<byte>> items = [];
        List<int> unprocessed = [];
        CapacityUse? capacity = null;
        for (int i = 0; i < gets.Length; i++)
        {
            if (bytes > Limits.BatchGetBytes)
            {
                unprocessed.Add(i);
                continue;
            }

            ItemAnswer answer = gets[i].Run(database, table, times: 1);
            capacity = capacity is null ? answer.Capacity : capacity + answer.Capacity;
            if (answer.Attributes is { } item)
            {
                bytes += item.Length;
                items.Add(item);
            }
        }

        return new BatchGetAnswer(name, items, unprocessed, capacity ?? CapacityUse.OfRead(table, index: null, 0, consistent: false, times: 0));
    }

    private static void RequireDistinct(IEnumerable<ItemKey> keys)
    {
        HashSet<(string, string)> seen = [];
        if (!keys.All(key => seen.Add((Convert.ToHexString(key.Partition), Convert.ToHexString(key.Sort)))))
        {
            throw DynamoDbErrors.Validation(Duplicates);
        }
    }
}
