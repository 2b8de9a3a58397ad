using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Lamina.Companions.DynamoDb.Expressions;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>A query or a scan. Its JSON must live until it is answered.</summary>
public sealed record WalkRequest
{
    /// <summary>A name or an ARN.</summary>
    public required string Table { get; init; }

    public string? Index { get; init; }

    /// <summary>A query, with its condition on keys; otherwise a scan.</summary>
    public bool IsQuery { get; init; }

    public string? KeyCondition { get; init; }

    public string? Filter { get; init; }

    public string? Projection { get; init; }

    public Placeholders Placeholders { get; init; } = new(null, null);

    /// <summary>ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES, SPECIFIC_ATTRIBUTES or COUNT.</summary>
    public string? Select { get; init; }

    public int? Limit { get; init; }

    public bool Forward { get; init; } = true;

    public bool Consistent { get; init; }

    public JsonElement? ExclusiveStartKey { get; init; }

    public int? Segment { get; init; }

    public int? TotalSegments { get; init; }
}

/// <param name="Items">DynamoDB's JSON; null when only their number was asked for.</param>
/// <param name="ScannedCount">Items looked at, before the filter.</param>
/// <param name="LastEvaluatedKey">Null at the end.</param>
public sealed record WalkAnswer(
    IReadOnlyList<ReadOnlyMemory<byte>>? Items, int Count, int ScannedCount, byte[]? LastEvaluatedKey, CapacityUse Capacity);

/// <summary>Queries and scans, a page at a time.</summary>
public sealed class ItemWalks(TableStore store)
{
    private const string AllAttributes = "ALL_ATTRIBUTES";
    private const string CountOnly = "COUNT";

    /// <summary>Throws <c>ValidationException</c> or <c>ResourceNotFoundException</c>.</summary>
    public WalkAnswer Walk(Caller caller, WalkRequest request)
    {
        // 1. The request by itself.
        ExpressionAttributes attributes = AttributesOf(request);
        Condition? onKey = ConditionParser.Parse("KeyConditionExpression", request.KeyCondition, attributes);
        Condition? filter = ConditionParser.Parse("FilterExpression", request.Filter, attributes);
        Projection? projection = Projection.Parse(request.Projection, attributes);
        attributes.CheckAllUsed();
        if (request.IsQuery && onKey is null)
        {
            throw DynamoDbErrors.Validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
        }

        CheckSelect(request);
        CheckSegment(request);

        // 2. What it is of its table.
        TableDefinition table = Tables.Require(store, caller, request.Table);
        IndexDefinition? index = request.Index is { } name ? table.FindIndex(name) ?? throw DynamoDbErrors.IndexNotFound(name) : null;
        KeySchema schema = index?.Key ?? table.Key;
        KeyCondition? key = onKey is null ? null : KeyCondition.Of(onKey, schema, table);
        CheckFilter(request, filter, schema);
        CheckIndex(request, table, index, projection);

        // 3. The page.
        ItemPage page = new(WalkOf(request, table, index, key), request, filter, projection);
        return store.Read(page.Read);
    }

    private static Walk WalkOf(WalkRequest request, TableDefinition table, IndexDefinition? index, KeyCondition? key)
    {
        Walk walk = new()
        {
            Table = table,
            Index = index,
            Partition = key is null ? null : ItemKey.PartitionOf(key.Partition),
            Sort = key?.Sort ?? SortRange.Everything,
            Forward = request.Forward,
            Segment = request is { Segment: { } segment, TotalSegments: { } segments }
                ? (ItemKey.StartOf(segment, segments), ItemKey.StartOf(segment + 1, segments))
                : (null, null),
        };
        return request.ExclusiveStartKey is { } start ? walk with { After = PositionOf(walk, AttributeJson.ReadItem(start)) } : walk;
    }

    private static ExpressionAttributes AttributesOf(WalkRequest request) => new(
        request.Placeholders.Names,
        request.Placeholders.ReadValues(),
        ("FilterExpression", request.Filter),
        ("KeyConditionExpression", request.KeyCondition),
        ("ProjectionExpression", request.Projection));

    private static void CheckSelect(WalkRequest request)
    {
        switch (request.Select)
        {
            case CountOnly when request.Projection is not null:
                throw DynamoDbErrors.Validation("Cannot specify the ProjectionExpression when choosing to get only the Count");
            case AllAttributes or "ALL_PROJECTED_ATTRIBUTES" when request.Projection is not null:
                throw DynamoDbErrors.Validation($"Cannot specify the ProjectionExpression when choosing to get {request.Select}");
            case "SPECIFIC_ATTRIBUTES" when request.Projection is null:
                throw DynamoDbErrors.Validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
            case "ALL_PROJECTED_ATTRIBUTES" when request.Index is null:
                throw DynamoDbErrors.Validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
        }
    }

    private static void CheckSegment(WalkRequest request)
    {
        if (request.Segment is null && request.TotalSegments is null)
        {
            return;
        }

        if (request.Segment is not { } segment)
        {
            throw DynamoDbErrors.Validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present");
        }

        if (request.TotalSegments is not { } segments)
        {
            throw DynamoDbErrors.Validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present");
        }

        if (segment >= segments)
        {
            throw DynamoDbErrors.Validation(string.Create(
                CultureInfo.InvariantCulture,
                $"The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is not less than TotalSegments: {segments}"));
        }
    }

    /// <summary>A query's filter is for what its condition on keys cannot say.</summary>
    private static void CheckFilter(WalkRequest request, Condition? filter, KeySchema schema)
    {
        if (request.IsQuery && filter?.Paths.FirstOrDefault(path => schema.Names.Contains(path.Root)) is { } onKey)
        {
            throw DynamoDbErrors.Validation($"Filter Expression can only contain non-primary key attributes: Primary key attribute: {onKey.Root}");
        }
    }

    private static void CheckIndex(WalkRequest request, TableDefinition table, IndexDefinition? index, Projection? projection)
    {
        if (index is not { IsGlobal: true })
        {
            return;
        }

        if (request.Consistent)
        {
            throw DynamoDbErrors.Validation("Consistent reads are not supported on global secondary indexes");
        }

        if (index.Projection == IndexDefinition.All)
        {
            return;
        }

        if (request.Select == AllAttributes)
        {
            throw DynamoDbErrors.Invalid(
                $"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.Name} because its projection type is not ALL");
        }

        string[] missing = [.. (projection?.Paths ?? []).Select(static path => path.Root).Where(name => !IndexProjection.Has(table, index, name)).Distinct()];
        if (missing.Length > 0)
        {
            throw DynamoDbErrors.Invalid($"Global secondary index {index.Name} does not project [{string.Join(", ", missing)}]");
        }
    }

    private static WalkPosition PositionOf(Walk walk, ImmutableSortedDictionary<string, AttributeValue> start)
    {
        TableDefinition table = walk.Table;
        KeySchema schema = walk.Index?.Key ?? table.Key;
        string[] names = [.. table.Key.Names.Union(schema.Names)];
        if (start.Count != names.Length
            || !Array.TrueForAll(names, name => start.TryGetValue(name, out AttributeValue? value) && value.Type == table.TypeOf(name)))
        {
            throw DynamoDbErrors.Validation(walk.Partition is null
                ? "The provided starting key is invalid: The provided key element does not match the schema"
                : "The provided starting key is invalid");
        }

        ItemKey own = ItemKey.Of(schema, start);
        if (walk.Partition is { } partition && (!partition.AsSpan().SequenceEqual(own.Partition) || !walk.Sort.Contains(own.Sort)))
        {
            throw DynamoDbErrors.Validation(partition.AsSpan().SequenceEqual(own.Partition)
                ? "The provided starting key does not match the range key predicate"
                : "The provided starting key is outside query boundaries based on provided conditions");
        }

        return new WalkPosition(own, walk.Index is null ? null : ItemKey.Of(table.Key, start));
    }
}
