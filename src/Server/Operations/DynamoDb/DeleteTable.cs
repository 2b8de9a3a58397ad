using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class DeleteTable(Tables tables) : IJsonOperation
{
    public string Name => "DeleteTable";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        TableDescription deleted = await tables.DeleteAsync(call.Caller, call.Request.RequiredText("TableName"), cancellationToken);
        return new JsonResult(json => TableAnswers.Write(json, "TableDescription", deleted));
    }
}
