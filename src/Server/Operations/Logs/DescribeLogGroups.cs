using System.Text.Json;
using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class DescribeLogGroups(LogGroups groups) : IJsonOperation
{
    public string Name => "DescribeLogGroups";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        string? prefix = call.Request.Text("logGroupNamePrefix");
        string? pattern = call.Request.Text("logGroupNamePattern");
        if (prefix is not null && pattern is not null)
        {
            throw LogsErrors.InvalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        }

        string? groupClass = call.Request.Text("logGroupClass");
        IEnumerable<LogGroup> found = Found(call, prefix)
            .Where(group => pattern is null || group.Name.Contains(pattern, StringComparison.Ordinal))
            .Where(group => groupClass is null || group.Class == groupClass);
        return Task.FromResult(LogAnswers.Page(call, "logGroups", found, static group => group.Name, Write));
    }

    private IEnumerable<LogGroup> Found(JsonCall call, string? prefix) => call.Request.Texts("logGroupIdentifiers") is { } identifiers
        ? identifiers.Select(identifier => groups.Get(call.Caller, identifier))
        : groups.List(call.Caller, prefix ?? "", call.Request.Text("nextToken"));

    private void Write(Utf8JsonWriter json, LogGroup group)
    {
        json.WriteStartObject();
        json.WriteString("arn", $"{group.Arn}:*");
        json.WriteNumber("creationTime", group.CreationTime);
        json.WriteBoolean("deletionProtectionEnabled", group.DeletionProtectionEnabled);
        if (group.KmsKeyId is { } key)
        {
            json.WriteString("kmsKeyId", key);
        }

        json.WriteString("logGroupArn", group.Arn);
        json.WriteString("logGroupClass", group.Class);
        json.WriteString("logGroupName", group.Name);
        json.WriteNumber("metricFilterCount", 0);
        json.WriteNumber("retentionInDays", (long?)group.RetentionInDays);
        json.WriteNumber("storedBytes", groups.StoredBytes(group));
        json.WriteEndObject();
    }
}
