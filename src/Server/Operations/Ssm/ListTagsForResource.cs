using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class ListTagsForResource(ParameterTags tags) : IJsonOperation
{
    public string Name => "ListTagsForResource";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> found = tags.List(
            call.Caller, call.Request.RequiredText("ResourceType"), call.Request.RequiredText("ResourceId"));
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("TagList");
            foreach ((string key, string value) in found)
            {
                json.WriteStartObject();
                json.WriteString("Key", key);
                json.WriteString("Value", value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));
    }
}
