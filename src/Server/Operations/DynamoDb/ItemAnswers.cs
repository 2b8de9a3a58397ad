using System.Text.Json;
using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

/// <summary>What the operations on items read and write alike.</summary>
internal static class ItemAnswers
{
    /// <summary>Parameters from before there were expressions.</summary>
    private static readonly string[] Legacy =
        ["AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected", "KeyConditions", "QueryFilter", "ScanFilter"];

    public static void RefuseLegacy(JsonRequest request)
    {
        if (Array.Find(Legacy, request.Has) is { } parameter)
        {
            throw DynamoDbErrors.NotServed($"the legacy parameter {parameter}, only expressions,");
        }
    }

    public static Placeholders PlaceholdersOf(JsonRequest request) =>
        new(request.TextMap("ExpressionAttributeNames"), request.Element("ExpressionAttributeValues"));

    /// <summary>Of PutItem, UpdateItem and DeleteItem, and of the parts of a transaction.</summary>
    /// <param name="item">The member that has the item or its key.</param>
    public static ItemRequest RequestOf(JsonRequest request, ItemAction action, string item) => new()
    {
        Action = action,
        Table = request.RequiredText("TableName"),
        Item = request.Element(item)!.Value,
        Placeholders = PlaceholdersOf(request),
        Condition = request.Text("ConditionExpression"),
        Update = request.Text("UpdateExpression"),
        ReturnValues = request.Text("ReturnValues") ?? "NONE",
        ReturnsItemOnFailure = request.Text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
    };

    public static async Task<JsonResult> WriteAsync(Items items, JsonCall call, ItemAction action, string item, CancellationToken cancellationToken)
    {
        RefuseLegacy(call.Request);
        ItemAnswer answer = await items.WriteAsync(call.Caller, RequestOf(call.Request, action, item), cancellationToken);
        return new JsonResult(json =>
        {
            WriteItem(json, "Attributes", answer.Attributes);
            WriteCapacity(json, call, answer.Capacity);
        });
    }

    public static void WriteItem(Utf8JsonWriter json, string name, byte[]? item)
    {
        if (item is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(item, skipInputValidation: true);
        }
    }

    public static void WriteItems(Utf8JsonWriter json, IEnumerable<ReadOnlyMemory<byte>> items)
    {
        json.WriteStartArray();
        foreach (ReadOnlyMemory<byte> item in items)
        {
            json.WriteRawValue(item.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    /// <summary>When the request asks for it.</summary>
    public static void WriteCapacity(Utf8JsonWriter json, JsonCall call, CapacityUse use)
    {
        if (call.Request.Text("ReturnConsumedCapacity") is "TOTAL" or "INDEXES")
        {
            json.WritePropertyName("ConsumedCapacity");
            WriteUse(json, call, use);
        }
    }

    /// <summary>Of a request that is about several tables, when it asks for it.</summary>
    public static void WriteCapacity(Utf8JsonWriter json, JsonCall call, IEnumerable<CapacityUse> uses)
    {
        if (call.Request.Text("ReturnConsumedCapacity") is "TOTAL" or "INDEXES")
        {
            json.WriteStartArray("ConsumedCapacity");
            foreach (CapacityUse use in uses)
            {
                WriteUse(json, call, use);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteUse(Utf8JsonWriter json, JsonCall call, CapacityUse use)
    {
        json.WriteStartObject();
        json.WriteString("TableName", use.Table);
        json.WriteNumber("CapacityUnits", use.Total);
        if (call.Request.Text("ReturnConsumedCapacity") == "INDEXES")
        {
            json.WritePropertyName("Table");
            WriteUnits(json, use.Units);
            WriteIndexes(json, "LocalSecondaryIndexes", use.Indexes.Where(index => !use.GlobalIndexes.Contains(index.Key)));
            WriteIndexes(json, "GlobalSecondaryIndexes", use.Indexes.Where(index => use.GlobalIndexes.Contains(index.Key)));
        }

        json.WriteEndObject();
    }

    private static void WriteIndexes(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, double>> indexes)
    {
        KeyValuePair<string, double>[] all = [.. indexes];
        if (all.Length == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach ((string index, double units) in all)
        {
            json.WritePropertyName(index);
            WriteUnits(json, units);
        }

        json.WriteEndObject();
    }

    private static void WriteUnits(Utf8JsonWriter json, double units)
    {
        json.WriteStartObject();
        json.WriteNumber("CapacityUnits", units);
        json.WriteEndObject();
    }
}
