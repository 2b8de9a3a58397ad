using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class FilterLogEvents(LogEvents events) : IJsonOperation
{
    public string Name => "FilterLogEvents";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? streams = call.Request.Texts("logStreamNames");
        string? prefix = call.Request.Text("logStreamNamePrefix");
        if (streams is not null && prefix is not null)
        {
            throw LogsErrors.InvalidParameter("LogStreamNames and LogStreamNamePrefix cannot both be specified.");
        }

        FilteredPage page = events.Filter(
            call.Caller,
            LogAnswers.GroupOf(call),
            streams,
            prefix,
            call.Request.Long("startTime"),
            call.Request.Long("endTime"),
            FilterPattern.Parse(call.Request.Text("filterPattern")),
            call.Request.Text("nextToken"),
            call.Request.Integer("limit"));
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("events");
            foreach (LogEvent found in page.Events)
            {
                json.WriteStartObject();
                json.WriteString("logStreamName", found.Stream);
                json.WriteNumber("timestamp", found.Timestamp);
                LogAnswers.WriteMessage(json, found);
                json.WriteNumber("ingestionTime", found.IngestionTime);
                json.WriteString("eventId", LogCursor.Of(found).ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("searchedLogStreams");
            json.WriteEndArray();
            if (page.NextToken is { } next)
            {
                json.WriteString("nextToken", next);
            }
        }));
    }
}
