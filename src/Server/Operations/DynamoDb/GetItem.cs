using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class GetItem(Items items) : IJsonOperation
{
    public string Name => "GetItem";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        ItemAnswers.RefuseLegacy(call.Request);
        ItemAnswer answer = items.Get(call.Caller, new GetRequest(
            call.Request.RequiredText("TableName"),
            call.Request.Element("Key")!.Value,
            call.Request.Text("ProjectionExpression"),
            call.Request.TextMap("ExpressionAttributeNames"),
            call.Request.Flag("ConsistentRead") ?? false));
        return Task.FromResult(new JsonResult(json =>
        {
            ItemAnswers.WriteItem(json, "Item", answer.Attributes);
            ItemAnswers.WriteCapacity(json, call, answer.Capacity);
        }));
    }
}
