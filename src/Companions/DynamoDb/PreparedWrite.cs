using System.Collections.Immutable;
using Lamina.Companions.DynamoDb.Expressions;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>A request that writes one item, read and checked as far as that goes without its table.</summary>
internal sealed class PreparedWrite
{
    private const string TooLarge = "Item size has exceeded the maximum allowed size";
    private const string UpdateTooLarge = "Item size to update has exceeded the maximum allowed size";

    private readonly ItemRequest _request;
    private readonly ImmutableSortedDictionary<string, AttributeValue> _item;
    private readonly Condition? _condition;
    private readonly Update? _update;

    /// <summary>Throws <c>ValidationException</c>.</summary>
    public PreparedWrite(ItemRequest request)
    {
        _request = request;
        ExpressionAttributes attributes = request.Action == ItemAction.Update
            ? new(
                request.Placeholders.Names,
                request.Placeholders.ReadValues(),
                ("UpdateExpression", request.Update),
                ("ConditionExpression", request.Condition))
            : new(request.Placeholders.Names, request.Placeholders.ReadValues(), ("ConditionExpression", request.Condition));
        _update = UpdateParser.Parse(request.Update, attributes);
        _condition = ConditionParser.Parse("ConditionExpression", request.Condition, attributes);
        attributes.CheckAllUsed();
        _item = AttributeJson.ReadItem(request.Item);
        if (request.Action is ItemAction.Put or ItemAction.Delete && request.ReturnValues is not ("NONE" or "ALL_OLD"))
        {
            throw DynamoDbErrors.Validation("ReturnValues can only be ALL_OLD or NONE");
        }
    }

    public string Table => _request.Table;

    /// <summary>The place of the item that it writes. Throws <c>ValidationException</c> when it cannot be one of the table's.</summary>
    public ItemKey KeyIn(TableDefinition table) => _request.Action == ItemAction.Put ? ItemKey.OfItem(table, _item) : ItemKey.OfKey(table, _item);

    /// <summary>Throws <c>ValidationException</c> or <c>ConditionalCheckFailedException</c>.</summary>
    public ItemAnswer Run(TableWriter writer, TableDefinition table, int unitsTimes)
    {
        ItemKey key = KeyIn(table);
        CheckUpdate(table);
        StoredItem? before = writer.Find(table, key);
        if (_condition?.Holds(before?.Values ?? MapValue.None) == false)
        {
            throw Failed(before);
        }

        StoredItem? after = before;
        switch (_request.Action)
        {
            case ItemAction.Put:
                after = writer.Put(table, key, _item, before, TooLarge);
                break;
            case ItemAction.Update:
                ImmutableSortedDictionary<string, AttributeValue> start = before?.Values ?? _item;
                after = writer.Put(table, key, _update?.Apply(start) ?? start, before, UpdateTooLarge);
                break;
            case ItemAction.Delete when before is not null:
                writer.Delete(table, key, before);
                after = null;
                break;
        }

        return new ItemAnswer(AttributesOf(before, after), CapacityOf(table, before, after, unitsTimes));
    }

    private void CheckUpdate(TableDefinition table)
    {
        foreach (UpdateAction action in _update?.Actions ?? [])
        {
            if (table.Key.Names.Contains(action.Path.Root))
            {
                throw DynamoDbErrors.Invalid($"Cannot update attribute {action.Path.Root}. This attribute is part of the key");
            }
        }
    }

    private AwsError Failed(StoredItem? before)
    {
        AwsError failed = DynamoDbErrors.ConditionFailed();
        return before is null || !_request.ReturnsItemOnFailure
            ? failed
            : new AwsError(failed.Code, failed.Status, failed.Message, failed.Body) { Members = [("Item", before.Json)] };
    }

    private byte[]? AttributesOf(StoredItem? before, StoredItem? after) => _request.ReturnValues switch
    {
        "ALL_OLD" => before?.Json,
        "ALL_NEW" => after?.Json,
        "UPDATED_OLD" => UpdatedOf(before),
        "UPDATED_NEW" => UpdatedOf(after),
        _ => null,
    };

    private byte[]? UpdatedOf(StoredItem? item)
    {
        if (item is null || _update is null)
        {
            return null;
        }

        ImmutableSortedDictionary<string, AttributeValue> updated =
            new Projection([.. _update.Actions.Select(static action => action.Path)]).Of(item.Values);
        return updated.IsEmpty ? null : AttributeJson.WriteItem(updated);
    }

    private static CapacityUse CapacityOf(TableDefinition table, StoredItem? before, StoredItem? after, int times) => CapacityUse.OfWrite(
        table,
        Math.Max(before?.SizeBytes ?? 0, after?.SizeBytes ?? 0),
        table.Indexes.Where(index => Has(before, index) || Has(after, index)),
        times);

    private static bool Has(StoredItem? item, IndexDefinition index) => item is not null && index.Key.Names.All(item.Values.ContainsKey);
}
