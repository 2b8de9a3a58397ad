using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class UntagResource(Tables tables) : IJsonOperation
{
    public string Name => "UntagResource";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await tables.UntagAsync(call.Caller, call.Request.RequiredText("ResourceArn"), call.Request.Texts("TagKeys") ?? [], cancellationToken);
        return JsonResult.None;
    }
}
