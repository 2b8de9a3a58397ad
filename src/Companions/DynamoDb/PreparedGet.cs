using System.Collections.Immutable;
using Lamina.Companions.DynamoDb.Expressions;

namespace Lamina.Companions.DynamoDb;

/// <summary>A request that reads one item, read and checked as far as that goes without its table.</summary>
internal sealed class PreparedGet
{
    private readonly GetRequest _request;
    private readonly ImmutableSortedDictionary<string, AttributeValue> _key;
    private readonly Projection? _projection;

    public PreparedGet(GetRequest request)
    {
        _request = request;
        ExpressionAttributes attributes = new(request.Names, values: null, ("ProjectionExpression", request.Projection));
        _projection = Projection.Parse(request.Projection, attributes);
        attributes.CheckAllUsed();
        _key = AttributeJson.ReadItem(request.Key);
    }

    public ItemKey KeyIn(TableDefinition table) => ItemKey.OfKey(table, _key);

    /// <param name="times">How often each unit counts: a transaction reads twice.</param>
    public ItemAnswer Run(Database database, TableDefinition table, int times)
    {
        StoredItem? item = TableReader.Find(database, table, KeyIn(table));
        byte[]? attributes = item is null ? null
            : _projection is null ? item.Json
            : AttributeJson.WriteItem(_projection.Of(item.Values));
        return new ItemAnswer(attributes, CapacityUse.OfRead(table, index: null, item?.SizeBytes ?? 0, _request.Consistent, times));
    }
}
