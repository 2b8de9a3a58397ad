using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class RemoveTagsFromResource(ParameterTags tags) : IJsonOperation
{
    public string Name => "RemoveTagsFromResource";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await tags.RemoveAsync(
            call.Caller, call.Request.RequiredText("ResourceType"), call.Request.RequiredText("ResourceId"), call.Request.Texts("TagKeys") ?? [], cancellationToken);
        return new JsonResult(static _ => { });
    }
}
