using System.Globalization;
using System.Text.Json;
using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class DescribeLogStreams(LogGroups groups) : IJsonOperation
{
    public string Name => "DescribeLogStreams";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        string? prefix = call.Request.Text("logStreamNamePrefix");
        bool byTime = call.Request.Text("orderBy") == "LastEventTime";
        if (byTime && prefix is not null)
        {
            throw LogsErrors.InvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
        }

        LogGroup group = groups.Get(call.Caller, LogAnswers.GroupOf(call));
        LogStream[] streams = [.. groups.ListStreams(group).Where(stream => stream.Name.StartsWith(prefix ?? "", StringComparison.Ordinal))];
        if (byTime)
        {
            streams = [.. streams.OrderBy(static stream => stream.LastEventTime ?? 0).ThenBy(static stream => stream.Name, StringComparer.Ordinal)];
        }

        if (call.Request.Flag("descending") == true)
        {
            Array.Reverse(streams);
        }

        IEnumerable<LogStream> rest = streams.Skip(StartOf(streams, call.Request.Text("nextToken")));
        return Task.FromResult(LogAnswers.Page(
            call, "logStreams", rest, static stream => stream.Name, (json, stream) => Write(json, group, stream)));
    }

    /// <summary>Behind the stream that ended the page before; the order may have changed since, and then the page begins where that stream is now.</summary>
    private static int StartOf(LogStream[] streams, string? token)
    {
        if (token is null)
        {
            return 0;
        }

        int last = Array.FindIndex(streams, stream => stream.Name == token);
        return last < 0 ? throw LogsErrors.InvalidParameter("The specified nextToken is invalid.") : last + 1;
    }

    private static void Write(Utf8JsonWriter json, LogGroup group, LogStream stream)
    {
        json.WriteStartObject();
        json.WriteString("arn", $"{group.Arn}:log-stream:{stream.Name}");
        json.WriteNumber("creationTime", stream.CreationTime);
        json.WriteNumber("firstEventTimestamp", stream.FirstEventTime);
        json.WriteNumber("lastEventTimestamp", stream.LastEventTime);
        json.WriteNumber("lastIngestionTime", stream.LastIngestionTime);
        json.WriteString("logStreamName", stream.Name);
        json.WriteNumber("storedBytes", 0); // CloudWatch has answered nothing else since June 2019
        json.WriteString("uploadSequenceToken", (stream.LastIngestionTime ?? stream.CreationTime).ToString("D56", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }
}
