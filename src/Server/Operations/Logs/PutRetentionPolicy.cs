using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class PutRetentionPolicy(LogGroups groups) : IJsonOperation
{
    public string Name => "PutRetentionPolicy";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await groups.SetRetentionAsync(
            call.Caller, call.Request.RequiredText("logGroupName"), call.Request.Integer("retentionInDays") ?? 0, cancellationToken);
        return JsonResult.None;
    }
}
