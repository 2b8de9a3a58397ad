using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class TagResource(LogGroups groups) : IJsonOperation
{
    public string Name => "TagResource";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        LogTags.AddAsync(groups, call, call.Request.RequiredText("resourceArn"), cancellationToken);
}
