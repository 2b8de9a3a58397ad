using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class ListTagsOfResource(Tables tables) : IJsonOperation
{
    public string Name => "ListTagsOfResource";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> tags = tables.TagsOf(call.Caller, call.Request.RequiredText("ResourceArn"));
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("Tags");
            foreach ((string key, string value) in tags)
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
