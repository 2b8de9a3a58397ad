using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class AddTagsToResource(ParameterTags tags) : IJsonOperation
{
    public string Name => "AddTagsToResource";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await tags.AddAsync(
            call.Caller, call.Request.RequiredText("ResourceType"), call.Request.RequiredText("ResourceId"), SsmAnswers.TagsOf(call.Request), cancellationToken);
        return new JsonResult(static _ => { });
    }
}
