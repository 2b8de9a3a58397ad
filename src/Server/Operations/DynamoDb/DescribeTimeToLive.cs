using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class DescribeTimeToLive(Tables tables) : IJsonOperation
{
    public string Name => "DescribeTimeToLive";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        string? attribute = tables.Describe(call.Caller, call.Request.RequiredText("TableName")).Table.TimeToLiveAttribute;
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartObject("TimeToLiveDescription");
            json.WriteString("TimeToLiveStatus", attribute is null ? "DISABLED" : "ENABLED");
            if (attribute is not null)
            {
                json.WriteString("AttributeName", attribute);
            }

            json.WriteEndObject();
        }));
    }
}
