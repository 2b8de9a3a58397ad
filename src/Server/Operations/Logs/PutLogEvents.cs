using System.Text;
using System.Text.Json;
using Lamina.Companions.Logs;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class PutLogEvents(LogEvents events) : IJsonOperation
{
    // Clients were once to send the last one along; it is answered for those that still look for it.
    private static readonly string SequenceToken = new('4', 56);

    public string Name => "PutLogEvents";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        LogEntry[] entries = [.. (call.Request.Structures("logEvents") ?? []).Select(EntryOf)];
        RejectedEvents rejected = events.Put(
            call.Caller, call.Request.RequiredText("logGroupName"), call.Request.RequiredText("logStreamName"), entries);
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteString("nextSequenceToken", SequenceToken);
            if (!rejected.IsNone)
            {
                WriteRejected(json, rejected);
            }
        }));
    }

    private static LogEntry EntryOf(JsonRequest request) =>
        new(request.Long("timestamp") ?? 0, Encoding.UTF8.GetBytes(request.RequiredText("message")));

    private static void WriteRejected(Utf8JsonWriter json, RejectedEvents rejected)
    {
        json.WriteStartObject("rejectedLogEventsInfo");
        json.WriteNumber("tooNewLogEventStartIndex", (long?)rejected.TooNewStart);
        json.WriteNumber("tooOldLogEventEndIndex", (long?)rejected.TooOldEnd);
        json.WriteNumber("expiredLogEventEndIndex", (long?)rejected.ExpiredEnd);
        json.WriteEndObject();
    }
}
