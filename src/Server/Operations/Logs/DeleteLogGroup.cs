using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class DeleteLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "DeleteLogGroup";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await groups.DeleteAsync(call.Caller, call.Request.RequiredText("logGroupName"), cancellationToken);
        return JsonResult.None;
    }
}
