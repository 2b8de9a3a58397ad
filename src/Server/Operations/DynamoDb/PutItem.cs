using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class PutItem(Items items) : IJsonOperation
{
    public string Name => "PutItem";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        ItemAnswers.WriteAsync(items, call, ItemAction.Put, "Item", cancellationToken);
}
