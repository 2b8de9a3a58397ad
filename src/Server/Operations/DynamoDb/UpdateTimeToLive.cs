using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class UpdateTimeToLive(Tables tables) : IJsonOperation
{
    public string Name => "UpdateTimeToLive";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        // The model requires the structure and both of its members.
        JsonRequest specification = call.Request.Structure("TimeToLiveSpecification")!;
        string attribute = specification.RequiredText("AttributeName");
        bool enabled = specification.Flag("Enabled") ?? false;
        await tables.SetTimeToLiveAsync(call.Caller, call.Request.RequiredText("TableName"), attribute, enabled, cancellationToken);
        return new JsonResult(json =>
        {
            json.WriteStartObject("TimeToLiveSpecification");
            json.WriteBoolean("Enabled", enabled);
            json.WriteString("AttributeName", attribute);
            json.WriteEndObject();
        });
    }
}
