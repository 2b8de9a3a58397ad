using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class TagLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "TagLogGroup";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        LogTags.AddAsync(groups, call, call.Request.RequiredText("logGroupName"), cancellationToken);
}
