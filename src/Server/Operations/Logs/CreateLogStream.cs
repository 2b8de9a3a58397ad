using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class CreateLogStream(LogGroups groups) : IJsonOperation
{
    public string Name => "CreateLogStream";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        groups.CreateStream(call.Caller, call.Request.RequiredText("logGroupName"), call.Request.RequiredText("logStreamName"));
        return Task.FromResult(JsonResult.None);
    }
}
