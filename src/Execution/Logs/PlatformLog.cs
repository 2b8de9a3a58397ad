using System.Text.Json;
using Lamina.Execution.Extensions;
using Lamina.Execution.Telemetry;
using Lamina.Functions;

namespace Lamina.Execution;

/// <summary>
/// What Lambda itself says about one environment. It is written to the log, as lines of text or in the JSON log format as objects, those
/// of them that the function's SystemLogLevel lets through; and it is told to whoever subscribed to it by the Telemetry or the Logs API.
/// </summary>
internal sealed class PlatformLog(FunctionVersion function, EnvironmentLog log, TelemetryHub telemetry, string initializationType, TimeProvider time)
{
    private static readonly Func<TelemetrySchema, bool> OfTelemetry = static schema => !schema.IsLogs();
    private static readonly Func<TelemetrySchema, bool> OfLogs = static schema => schema.IsLogs();
    private static readonly Func<TelemetrySchema, bool> OfLogsWithRuntimeDone = static schema => schema == TelemetrySchema.LogsWithRuntimeDone;

    private readonly bool _isJson = function.Settings.LogFormat == "JSON";
    private readonly SystemLogLevel _least = LevelOf(function.Settings.SystemLogLevel);

    private enum SystemLogLevel
    {
        Debug,
        Info,
        Warn,
    }

    public EnvironmentLog Log { get; } = log;

    /// <param name="phase"><c>init</c>, or <c>invoke</c> for an init inside an invocation, whose line the text format leaves out.</param>
    public void InitStart(string runtimeVersion, string phase)
    {
        string arn = ReportLines.RuntimeVersionArn(runtimeVersion, function.Region);
        if (!_isJson && phase == "init")
        {
            Log.AppendInitStart(runtimeVersion, arn);
        }

        Tell(SystemLogLevel.Info, "platform.initStart", writer =>
        {
            writer.WriteString("initializationType", initializationType);
            writer.WriteString("phase", phase);
            writer.WriteString("runtimeVersion", runtimeVersion);
            writer.WriteString("runtimeVersionArn", arn);
            writer.WriteString("functionName", function.Name);
            writer.WriteString("functionVersion", function.Version);
            writer.WriteString("instanceId", Log.Stream);
            writer.WriteNumber("instanceMaxMemory", (long)function.MemorySizeMiB << 20);
        });
    }

    /// <param name="status"><c>success</c>, <c>error</c> or <c>timeout</c>.</param>
    public void InitRuntimeDone(string phase, string status, string? errorType) =>
        Tell(status == "success" ? SystemLogLevel.Debug : SystemLogLevel.Warn, "platform.initRuntimeDone", writer =>
        {
            writer.WriteString("initializationType", initializationType);
            writer.WriteString("phase", phase);
            WriteStatus(writer, status, errorType);
        });

    public void ExtensionStates(ExtensionRoster extensions)
    {
        foreach (Extension extension in extensions.All)
        {
            if (!_isJson)
            {
                Log.AppendExtension(extension.Name, extension.State.ToString(), extension.EventNames, extension.ErrorType);
            }

            Action<Utf8JsonWriter> record = writer => WriteExtension(writer, extension);
            Tell(extension.ErrorType is null ? SystemLogLevel.Info : SystemLogLevel.Warn, "platform.extension", record);
            TellLogs("platform.extension", record);
        }
    }

    public void Subscribed(Extension extension, TelemetrySubscription subscription)
    {
        bool isLogsApi = subscription.Schema.IsLogs();
        if (!_isJson)
        {
            Log.AppendSubscription(isLogsApi ? "LOGS" : "TELEMETRY", extension.Name, subscription.TypeNames);
        }

        Action<Utf8JsonWriter> record = writer =>
        {
            writer.WriteString("name", extension.Name);
            writer.WriteString("state", "Subscribed");
            writer.WriteStartArray("types");
            foreach (string name in subscription.TypeNames)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        };
        Tell(SystemLogLevel.Info, isLogsApi ? "platform.logsSubscription" : "platform.telemetrySubscription", record, isLogsApi ? OfLogs : OfTelemetry);
    }

    public void InitReport(TimeSpan duration, string phase, string status, string? errorType)
    {
        bool succeeded = status == "success";
        if (!_isJson && !succeeded)
        {
            Log.AppendInitReport(duration, phase, status, errorType);
        }

        SystemLogLevel level = !succeeded ? SystemLogLevel.Warn
            : initializationType == "on-demand" ? SystemLogLevel.Debug : SystemLogLevel.Info;
        Tell(level, "platform.initReport", writer =>
        {
            writer.WriteString("initializationType", initializationType);
            writer.WriteString("phase", phase);
            WriteStatus(writer, status, errorType);
            writer.WriteStartObject("metrics");
            WriteMilliseconds(writer, "durationMs", duration);
            writer.WriteEndObject();
        });
    }

    public void Start(Invocation invocation)
    {
        if (!_isJson)
        {
            Log.AppendStart(invocation.RequestId, function.Version);
        }

        if (IsHeard)
        {
            TellStart(invocation);
        }
    }

    public void RuntimeDone(Invocation invocation, in RuntimeDoneReport done)
    {
        if (IsHeard)
        {
            TellRuntimeDone(invocation, done);
        }
    }

    /// <summary>What killed the invocation, between the function's last line and END.</summary>
    public void Fault(string requestId, string message, string errorType)
    {
        Log.AppendError(requestId, message, errorType);
        if (telemetry.WantsPlatformLogs)
        {
            byte[] text = System.Text.Encoding.UTF8.GetBytes($"RequestId: {requestId} Error: {message}\n{errorType}");
            telemetry.Platform(TelemetryRecords.Text(time.GetUtcNow(), "platform.fault", text), OfLogs);
        }
    }

    public void End(string requestId)
    {
        if (!_isJson)
        {
            Log.AppendEnd(requestId);
        }

        if (telemetry.WantsPlatformLogs)
        {
            TellEnd(requestId);
        }
    }

    public void Report(Invocation invocation, in InvocationReport report)
    {
        if (!_isJson)
        {
            Log.AppendReport(report);
        }

        if (IsHeard)
        {
            TellReport(invocation, report);
        }
    }

    /// <summary>Somebody may want what the text format does not say. Without that, an invocation makes no closures.</summary>
    private bool IsHeard => _isJson || telemetry.WantsPlatform || telemetry.WantsPlatformLogs;

    /// <summary>Milliseconds as AWS gives them in JSON: with microseconds and no more.</summary>
    private static void WriteMilliseconds(Utf8JsonWriter writer, string name, TimeSpan duration) =>
        writer.WriteNumber(name, Math.Truncate(duration.TotalMicroseconds) / 1000);

    private static void WriteStatus(Utf8JsonWriter writer, string status, string? errorType)
    {
        writer.WriteString("status", status);
        if (errorType is not null)
        {
            writer.WriteString("errorType", errorType);
        }
    }

    private static void WriteTracing(Utf8JsonWriter writer, Invocation invocation)
    {
        writer.WriteStartObject("tracing");
        writer.WriteString("type", "X-Amzn-Trace-Id");
        writer.WriteString("value", invocation.TraceId);
        writer.WriteEndObject();
    }

    private static void WriteExtension(Utf8JsonWriter writer, Extension extension)
    {
        writer.WriteString("name", extension.Name);
        writer.WriteString("state", extension.State.ToString());
        writer.WriteStartArray("events");
        foreach (string name in extension.EventNames.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        if (extension.ErrorType is not null)
        {
            writer.WriteString("errorType", extension.ErrorType);
        }
    }

    private static void WriteRuntimeDone(Utf8JsonWriter writer, Invocation invocation, RuntimeDoneReport done)
    {
        writer.WriteString("requestId", invocation.RequestId);
        WriteStatus(writer, done.Status, done.ErrorType);
        WriteTracing(writer, invocation);
        writer.WriteStartArray("spans");
        if (done.Latency is { } latency)
        {
            WriteSpan(writer, "responseLatency", done.StartedAt, latency);
            WriteSpan(writer, "responseDuration", done.StartedAt + latency, done.ResponseDuration);
            if (done.Overhead is { } overhead)
            {
                WriteSpan(writer, "runtimeOverhead", done.StartedAt + latency + done.ResponseDuration, overhead);
            }
        }

        writer.WriteEndArray();
        writer.WriteStartObject("metrics");
        WriteMilliseconds(writer, "durationMs", done.Duration);
        writer.WriteNumber("producedBytes", done.ProducedBytes);
        writer.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter writer, string name, DateTimeOffset start, TimeSpan duration)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("start", TelemetryRecords.TimeText(start));
        WriteMilliseconds(writer, "durationMs", duration);
        writer.WriteEndObject();
    }

    private static void WriteMetrics(Utf8JsonWriter writer, InvocationReport report)
    {
        writer.WriteStartObject("metrics");
        WriteMilliseconds(writer, "durationMs", report.Duration);
        writer.WriteNumber("billedDurationMs", report.BilledMilliseconds);
        writer.WriteNumber("memorySizeMB", report.MemorySizeMiB);
        writer.WriteNumber("maxMemoryUsedMB", report.UsedMiB);
        if (report.InitDuration is { } init)
        {
            WriteMilliseconds(writer, "initDurationMs", init);
        }

        writer.WriteEndObject();
    }

    private static SystemLogLevel LevelOf(string? level) => level switch
    {
        "DEBUG" => SystemLogLevel.Debug,
        "WARN" => SystemLogLevel.Warn,
        _ => SystemLogLevel.Info,
    };

    private void TellStart(Invocation invocation)
    {
        Tell(SystemLogLevel.Info, "platform.start", writer =>
        {
            writer.WriteString("requestId", invocation.RequestId);
            writer.WriteString("version", function.Version);
            WriteTracing(writer, invocation);
        });
        TellLogs("platform.start", writer =>
        {
            writer.WriteString("requestId", invocation.RequestId);
            writer.WriteString("version", function.Version);
        });
    }

    private void TellRuntimeDone(Invocation invocation, RuntimeDoneReport done)
    {
        SystemLogLevel level = done.Status == "success" ? SystemLogLevel.Debug : SystemLogLevel.Warn;
        Tell(level, "platform.runtimeDone", writer => WriteRuntimeDone(writer, invocation, done));
        if (telemetry.WantsPlatformLogs)
        {
            Tell("platform.runtimeDone", OfLogsWithRuntimeDone, writer =>
            {
                writer.WriteString("requestId", invocation.RequestId);
                writer.WriteString("status", done.Status == "error" ? "failure" : done.Status);
            });
        }
    }

    private void TellEnd(string requestId) => TellLogs("platform.end", writer => writer.WriteString("requestId", requestId));

    private void TellReport(Invocation invocation, InvocationReport report)
    {
        Tell(report.Status is null ? SystemLogLevel.Info : SystemLogLevel.Warn, "platform.report", writer =>
        {
            writer.WriteString("requestId", report.RequestId);
            WriteStatus(writer, report.Status ?? "success", report.ErrorType);
            WriteTracing(writer, invocation);
            WriteMetrics(writer, report);
            if (report.ExtensionOverhead is { } overhead)
            {
                writer.WriteStartArray("spans");
                WriteSpan(writer, "extensionOverhead", time.GetUtcNow() - overhead, overhead);
                writer.WriteEndArray();
            }
        });
        TellLogs("platform.report", writer =>
        {
            writer.WriteString("requestId", report.RequestId);
            WriteMetrics(writer, report);
        });
    }

    private void Tell(SystemLogLevel level, string type, Action<Utf8JsonWriter> record) => Tell(level, type, record, OfTelemetry);

    /// <summary>To the log, where it has such events, and to those who subscribed to them.</summary>
    private void Tell(SystemLogLevel level, string type, Action<Utf8JsonWriter> record, Func<TelemetrySchema, bool> schemas)
    {
        bool isLogged = _isJson && level >= _least;
        if (!isLogged && !telemetry.IsOpen && !telemetry.WantsPlatform && !telemetry.WantsPlatformLogs)
        {
            return;
        }

        ReadOnlyMemory<byte> told = Tell(type, schemas, record);
        if (isLogged)
        {
            Log.AppendObject(told.Span);
        }
    }

    private void TellLogs(string type, Action<Utf8JsonWriter> record)
    {
        if (telemetry.WantsPlatformLogs)
        {
            Tell(type, OfLogs, record);
        }
    }

    private ReadOnlyMemory<byte> Tell(string type, Func<TelemetrySchema, bool> schemas, Action<Utf8JsonWriter> record)
    {
        ReadOnlyMemory<byte> told = TelemetryRecords.Object(time.GetUtcNow(), type, record, static (writer, record) => record(writer));
        telemetry.Platform(told, schemas);
        return told;
    }
}

/// <summary>What platform.runtimeDone says.</summary>
internal readonly record struct RuntimeDoneReport
{
    /// <summary><c>success</c>, <c>error</c>, <c>failure</c> or <c>timeout</c>.</summary>
    public required string Status { get; init; }

    public required string? ErrorType { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the event to the first byte of the runtime's answer; null when there was none.</summary>
    public required TimeSpan? Latency { get; init; }

    /// <summary>From the first byte of the answer to the last, or to the end of the runtime.</summary>
    public required TimeSpan ResponseDuration { get; init; }

    /// <summary>From the answer to the runtime's asking for its next event; null when the answer never ended.</summary>
    public required TimeSpan? Overhead { get; init; }

    public required TimeSpan Duration { get; init; }

    public required long ProducedBytes { get; init; }
}
