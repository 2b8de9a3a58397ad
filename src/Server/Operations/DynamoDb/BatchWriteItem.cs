using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class BatchWriteItem(ItemBatches batches) : IJsonOperation
{
    public string Name => "BatchWriteItem";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        ItemRequest[] requests =
        [
            .. (call.Request.StructureMap("RequestItems") ?? []).SelectMany(static table => table.Values.Select(request => RequestOf(table.Key, request))),
        ];
        IReadOnlyList<CapacityUse> capacity = await batches.WriteAsync(call.Caller, requests, cancellationToken);
        return new JsonResult(json =>
        {
            json.WriteStartObject("UnprocessedItems");
            json.WriteEndObject();
            ItemAnswers.WriteCapacity(json, call, capacity);
        });
    }

    private static ItemRequest RequestOf(string table, JsonRequest request) => (request.Structure("PutRequest"), request.Structure("DeleteRequest")) switch
    {
        ({ } put, null) => new ItemRequest { Action = ItemAction.Put, Table = table, Item = put.Element("Item")!.Value },
        (null, { } delete) => new ItemRequest { Action = ItemAction.Delete, Table = table, Item = delete.Element("Key")!.Value },
        (null, null) => throw DynamoDbErrors.Validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        _ => throw DynamoDbErrors.Validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"),
    };
}
