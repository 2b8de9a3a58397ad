using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class UntagResource(LogGroups groups) : IJsonOperation
{
    public string Name => "UntagResource";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        LogTags.RemoveAsync(groups, call, call.Request.RequiredText("resourceArn"), call.Request.Texts("tagKeys"), cancellationToken);
}
