using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class ListTagsForResource(LogGroups groups) : IJsonOperation
{
    public string Name => "ListTagsForResource";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        LogGroup group = groups.Get(call.Caller, call.Request.RequiredText("resourceArn"));
        return Task.FromResult(new JsonResult(json => LogAnswers.WriteTags(json, group.Tags)));
    }
}
