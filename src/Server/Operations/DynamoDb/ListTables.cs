using Lamina.Companions.DynamoDb;
using Lamina.Contract;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class ListTables(Tables tables) : IJsonOperation
{
    public string Name => "ListTables";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        int limit = call.Request.Integer("Limit") ?? Limits.ListedTables;
        string[] page = [.. tables.List(call.Caller, call.Request.Text("ExclusiveStartTableName")).Take(limit + 1)];
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("TableNames");
            foreach (string name in page.Take(limit))
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            if (page.Length > limit)
            {
                json.WriteString("LastEvaluatedTableName", page[limit - 1]);
            }
        }));
    }
}
