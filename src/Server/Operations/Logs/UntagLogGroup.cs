using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class UntagLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "UntagLogGroup";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await groups.UntagAsync(call.Caller, call.Request.RequiredText("logGroupName"), call.Request.Texts("tags") ?? [], cancellationToken);
        return JsonResult.None;
    }
}
