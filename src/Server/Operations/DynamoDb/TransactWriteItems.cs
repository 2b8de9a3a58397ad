using System.Security.Cryptography;
using System.Text;
using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class TransactWriteItems(ItemTransactions transactions) : IJsonOperation
{
    public string Name => "TransactWriteItems";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        ItemRequest[] requests = [.. (call.Request.Structures("TransactItems") ?? []).Select(RequestOf)];
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(call.Request.Element("TransactItems")!.Value.GetRawText()));
        IReadOnlyList<CapacityUse> capacity = await transactions.WriteAsync(
            call.Caller, requests, call.Request.Text("ClientRequestToken"), digest, cancellationToken);
        return new JsonResult(json => ItemAnswers.WriteCapacity(json, call, capacity));
    }

    private static ItemRequest RequestOf(JsonRequest item)
    {
        (JsonRequest? Part, ItemAction Action, string Item)[] parts =
        [
            (item.Structure("ConditionCheck"), ItemAction.Check, "Key"),
            (item.Structure("Put"), ItemAction.Put, "Item"),
            (item.Structure("Update"), ItemAction.Update, "Key"),
            (item.Structure("Delete"), ItemAction.Delete, "Key"),
        ];
        return parts.Where(static part => part.Part is not null).ToArray() is [var (part, action, name)]
            ? ItemAnswers.RequestOf(part!, action, name)
            : throw DynamoDbErrors.Validation("TransactItems can only contain one of Check, Put, Update or Delete");
    }
}
