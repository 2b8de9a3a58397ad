using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class UpdateItem(Items items) : IJsonOperation
{
    public string Name => "UpdateItem";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        ItemAnswers.WriteAsync(items, call, ItemAction.Update, "Key", cancellationToken);
}
