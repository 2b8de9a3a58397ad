using System.Collections.Immutable;
using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

/// <summary>What the operations on tags do, in their older form, which names a group, as in the newer, which has an ARN.</summary>
internal static class LogTags
{
    public static JsonResult List(LogGroups groups, JsonCall call, string group)
    {
        LogGroup found = groups.Get(call.Caller, group);
        return new JsonResult(json =>
        {
            json.WriteStartObject("tags");
            foreach ((string key, string value) in found.Tags)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        });
    }

    public static async Task<JsonResult> AddAsync(LogGroups groups, JsonCall call, string group, CancellationToken cancellationToken)
    {
        await groups.TagAsync(call.Caller, group, call.Request.TextMap("tags") ?? ImmutableDictionary<string, string>.Empty, cancellationToken);
        return JsonResult.None;
    }

    public static async Task<JsonResult> RemoveAsync(
        LogGroups groups, JsonCall call, string group, IReadOnlyList<string>? keys, CancellationToken cancellationToken)
    {
        await groups.UntagAsync(call.Caller, group, keys ?? [], cancellationToken);
        return JsonResult.None;
    }
}
