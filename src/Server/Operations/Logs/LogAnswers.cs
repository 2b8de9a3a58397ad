using System.Text;
using System.Text.Json;
using Lamina.Companions.Logs;

namespace Lamina.Server.Operations.Logs;

/// <summary>What the operations' answers have in common, and what their requests say in two ways.</summary>
internal static class LogAnswers
{
    /// <summary>A group is named, or given by its name or ARN in a member of its own: one of both.</summary>
    public static string GroupOf(Wire.Json.JsonCall call) => (call.Request.Text("logGroupName"), call.Request.Text("logGroupIdentifier")) switch
    {
        ({ } name, null) => name,
        (null, { } identifier) => identifier,
        (null, null) => throw LogsErrors.InvalidParameter("Either logGroupName or logGroupIdentifier must be specified."),
        _ => throw LogsErrors.InvalidParameter("LogGroupName and LogGroupIdentifier cannot both be specified."),
    };

    public static void WriteTags(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> tags)
    {
        json.WriteStartObject("tags");
        foreach ((string key, string value) in tags)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Bytes that are no UTF-8 become the replacement character, as CloudWatch shows them.</summary>
    public static void WriteMessage(Utf8JsonWriter json, LogEvent found) => json.WriteString("message", Encoding.UTF8.GetString(found.Message.Span));

    public static void WriteNumber(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
