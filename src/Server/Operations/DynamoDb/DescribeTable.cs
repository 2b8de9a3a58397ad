using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class DescribeTable(Tables tables) : IJsonOperation
{
    public string Name => "DescribeTable";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        TableDescription found = tables.Describe(call.Caller, call.Request.RequiredText("TableName"));
        return Task.FromResult(new JsonResult(json => TableAnswers.Write(json, "Table", found)));
    }
}
