using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class DeleteRetentionPolicy(LogGroups groups) : IJsonOperation
{
    public string Name => "DeleteRetentionPolicy";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await groups.SetRetentionAsync(call.Caller, call.Request.RequiredText("logGroupName"), days: null, cancellationToken);
        return JsonResult.None;
    }
}
