using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class Scan(ItemWalks walks) : IJsonOperation
{
    public string Name => "Scan";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) => Task.FromResult(WalkAnswers.Walk(walks, call, isQuery: false));
}
