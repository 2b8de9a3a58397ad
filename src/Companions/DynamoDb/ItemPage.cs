using System.Collections.Immutable;
using Lamina.Companions.DynamoDb.Expressions;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>
/// One page of a query or scan: it ends with the limit of items looked at, or before the bytes looked at exceed 1 MB; the filter
/// comes after, so a page may be empty and yet not the last.
/// </summary>
internal sealed class ItemPage(Walk walk, WalkRequest request, Condition? filter, Projection? projection)
{
    // Of an index that has not all attributes. A local one gets those from its table when they are asked for.
    private readonly IndexDefinition? _cut = walk.Index is { Projection: not IndexDefinition.All } index
        && (index.IsGlobal || (projection is null && request.Select != "ALL_ATTRIBUTES")) ? index : null;

    private readonly List<ReadOnlyMemory<byte>> _items = [];
    private long _bytes;
    private int _count;
    private int _scanned;

    public WalkAnswer Read(Database database)
    {
        StoredItem? last = null;
        bool isMore = false;
        foreach (StoredItem item in TableReader.Read(database, walk))
        {
            ImmutableSortedDictionary<string, AttributeValue>? part = _cut is null ? null : IndexProjection.Of(walk.Table, _cut, item.Values);
            int size = part is null ? item.SizeBytes : StoredItem.SizeOf(part);
            if (_scanned > 0 && _bytes + size > Limits.PageBytes)
            {
                isMore = true;
                break;
            }

            last = item;
            Take(item, part, size);
            if (_scanned == request.Limit)
            {
                isMore = true;
                break;
            }
        }

        return new WalkAnswer(
            request.Select == "COUNT" ? null : _items,
            _count,
            _scanned,
            isMore ? AttributeJson.WriteItem(KeyOf(last!)) : null,
            CapacityUse.OfRead(walk.Table, walk.Index, _bytes, request.Consistent, times: 1));
    }

    private void Take(StoredItem item, ImmutableSortedDictionary<string, AttributeValue>? part, int size)
    {
        _bytes += size;
        _scanned++;
        if (filter?.Holds(part ?? item.Values) == false)
        {
            return;
        }

        _count++;
        if (request.Select != "COUNT")
        {
            _items.Add(projection is not null ? AttributeJson.WriteItem(projection.Of(part ?? item.Values))
                : part is not null ? AttributeJson.WriteItem(part)
                : item.Json);
        }
    }

    private ImmutableSortedDictionary<string, AttributeValue> KeyOf(StoredItem item)
    {
        string[] names = [.. walk.Table.Key.Names.Union(walk.Index?.Key.Names ?? [])];
        return item.Values.RemoveRange(item.Values.Keys.Where(name => !names.Contains(name)));
    }
}
