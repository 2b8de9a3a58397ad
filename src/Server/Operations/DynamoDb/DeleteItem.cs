using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class DeleteItem(Items items) : IJsonOperation
{
    public string Name => "DeleteItem";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        ItemAnswers.WriteAsync(items, call, ItemAction.Delete, "Key", cancellationToken);
}
