using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class TagResource(LogGroups groups) : IJsonOperation
{
    public string Name => "TagResource";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await groups.TagAsync(call.Caller, call.Request.RequiredText("resourceArn"), call.Request.TextMap("tags") ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, cancellationToken);
        return JsonResult.None;
    }
}
