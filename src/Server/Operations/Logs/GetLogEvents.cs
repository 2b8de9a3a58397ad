using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class GetLogEvents(LogEvents events) : IJsonOperation
{
    public string Name => "GetLogEvents";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        StreamPage page = events.Get(
            call.Caller,
            LogAnswers.GroupOf(call),
            call.Request.RequiredText("logStreamName"),
            call.Request.Long("startTime"),
            call.Request.Long("endTime"),
            call.Request.Text("nextToken"),
            call.Request.Integer("limit"),
            call.Request.Flag("startFromHead") ?? false);
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("events");
            foreach (LogEvent found in page.Events)
            {
                json.WriteStartObject();
                json.WriteNumber("timestamp", found.Timestamp);
                LogAnswers.WriteMessage(json, found);
                json.WriteNumber("ingestionTime", found.IngestionTime);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("nextForwardToken", page.Forward);
            json.WriteString("nextBackwardToken", page.Backward);
        }));
    }
}
