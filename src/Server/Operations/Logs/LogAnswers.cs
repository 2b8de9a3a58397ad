using System.Text;
using System.Text.Json;
using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

/// <summary>What the operations' answers have in common, and what their requests say in two ways.</summary>
internal static class LogAnswers
{
    private const int DefaultPage = 50;

    /// <summary>A group is named, or given by its name or ARN in a member of its own: one of both.</summary>
    public static string GroupOf(JsonCall call) => (call.Request.Text("logGroupName"), call.Request.Text("logGroupIdentifier")) switch
    {
        ({ } name, null) => name,
        (null, { } identifier) => identifier,
        (null, null) => throw LogsErrors.InvalidParameter("Either logGroupName or logGroupIdentifier must be specified."),
        _ => throw LogsErrors.InvalidParameter("LogGroupName and LogGroupIdentifier cannot both be specified."),
    };

    /// <summary>One page of groups or streams. Its token is the name that ended it.</summary>
    /// <param name="member">Of the answer: logGroups, logStreams.</param>
    /// <param name="rest">What comes after the page before.</param>
    public static JsonResult Page<T>(
        JsonCall call, string member, IEnumerable<T> rest, Func<T, string> nameOf, Action<Utf8JsonWriter, T> write)
    {
        int limit = call.Request.Integer("limit") ?? DefaultPage;
        T[] page = [.. rest.Take(limit + 1)];
        return new JsonResult(json =>
        {
            json.WriteStartArray(member);
            foreach (T item in page.Take(limit))
            {
                write(json, item);
            }

            json.WriteEndArray();
            if (page.Length > limit)
            {
                json.WriteString("nextToken", nameOf(page[limit - 1]));
            }
        });
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
