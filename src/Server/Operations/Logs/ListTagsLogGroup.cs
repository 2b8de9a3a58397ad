using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class ListTagsLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "ListTagsLogGroup";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken) =>
        Task.FromResult(LogTags.List(groups, call, call.Request.RequiredText("logGroupName")));
}
