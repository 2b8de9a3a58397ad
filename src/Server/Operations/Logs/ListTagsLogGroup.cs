using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class ListTagsLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "ListTagsLogGroup";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        LogGroup group = groups.Get(call.Caller, call.Request.RequiredText("logGroupName"));
        return Task.FromResult(new JsonResult(json => LogAnswers.WriteTags(json, group.Tags)));
    }
}
