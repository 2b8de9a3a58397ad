using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class UntagLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "UntagLogGroup";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        LogTags.RemoveAsync(groups, call, call.Request.RequiredText("logGroupName"), call.Request.Texts("tags"), cancellationToken);
}
