using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class TransactGetItems(ItemTransactions transactions) : IJsonOperation
{
    public string Name => "TransactGetItems";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        GetRequest[] requests = [.. (call.Request.Structures("TransactItems") ?? []).Select(static item => RequestOf(item.Structure("Get")!))];
        IReadOnlyList<ItemAnswer> answers = transactions.Get(call.Caller, requests);
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("Responses");
            foreach (ItemAnswer answer in answers)
            {
                json.WriteStartObject();
                ItemAnswers.WriteItem(json, "Item", answer.Attributes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            ItemAnswers.WriteCapacity(json, call, answers.Select(static answer => answer.Capacity)
                .GroupBy(static use => use.Table, StringComparer.Ordinal).Select(static group => group.Aggregate(static (sum, use) => sum + use)));
        }));
    }

    private static GetRequest RequestOf(JsonRequest get) => new(
        get.RequiredText("TableName"),
        get.Element("Key")!.Value,
        get.Text("ProjectionExpression"),
        get.TextMap("ExpressionAttributeNames"),
        // What a transaction reads is consistent; it counts twice for being one.
        Consistent: true);
}
