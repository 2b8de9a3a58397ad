using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class TagResource(Tables tables) : IJsonOperation
{
    public string Name => "TagResource";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await tables.TagAsync(call.Caller, call.Request.RequiredText("ResourceArn"), TableAnswers.TagsOf(call.Request), cancellationToken);
        return JsonResult.None;
    }
}
