using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Execution.Extensions;
using Lamina.Functions;

namespace Lamina.Execution;

/// <summary>
/// What Lambda itself says about one environment: lines of text or, in the JSON log format, the objects of the Telemetry API's
/// schema, those of them that the function's SystemLogLevel lets through.
/// </summary>
internal sealed class PlatformLog(FunctionVersion function, EnvironmentLog log, string initializationType, TimeProvider time)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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

        if (Wants(SystemLogLevel.Info))
        {
            Write("platform.initStart", writer =>
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
    }

    /// <param name="status"><c>success</c>, <c>error</c> or <c>timeout</c>.</param>
    public void InitRuntimeDone(string phase, string status, string? errorType)
    {
        if (Wants(status == "success" ? SystemLogLevel.Debug : SystemLogLevel.Warn))
        {
            Write("platform.initRuntimeDone", writer =>
            {
                writer.WriteString("initializationType", initializationType);
                writer.WriteString("phase", phase);
                WriteStatus(writer, status, errorType);
            });
        }
    }

    public void ExtensionStates(ExtensionRoster extensions)
    {
        foreach (Extension extension in extensions.All)
        {
            if (!_isJson)
            {
                Log.AppendExtension(extension.Name, extension.State.ToString(), extension.EventNames, extension.ErrorType);
            }

            if (Wants(extension.ErrorType is null ? SystemLogLevel.Info : SystemLogLevel.Warn))
            {
                Write("platform.extension", writer => WriteExtension(writer, extension));
            }
        }
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
        if (Wants(level))
        {
            Write("platform.initReport", writer =>
            {
                writer.WriteString("initializationType", initializationType);
                writer.WriteString("phase", phase);
                WriteStatus(writer, status, errorType);
                writer.WriteStartObject("metrics");
                WriteMilliseconds(writer, "durationMs", duration);
                writer.WriteEndObject();
            });
        }
    }

    public void Start(Invocation invocation)
    {
        if (!_isJson)
        {
            Log.AppendStart(invocation.RequestId, function.Version);
        }

        if (Wants(SystemLogLevel.Info))
        {
            WriteStart(invocation);
        }
    }

    public void RuntimeDone(Invocation invocation, in RuntimeDoneReport done)
    {
        if (Wants(done.Status == "success" ? SystemLogLevel.Debug : SystemLogLevel.Warn))
        {
            WriteRuntimeDone(invocation, done);
        }
    }

    /// <summary>What killed the invocation, between the function's last line and END.</summary>
    public void Fault(string requestId, string message, string errorType) => Log.AppendError(requestId, message, errorType);

    public void End(string requestId)
    {
        if (!_isJson)
        {
            Log.AppendEnd(requestId);
        }
    }

    public void Report(Invocation invocation, in InvocationReport report)
    {
        if (!_isJson)
        {
            Log.AppendReport(report);
        }

        if (Wants(report.Status is null ? SystemLogLevel.Info : SystemLogLevel.Warn))
        {
            WriteReport(invocation, report);
        }
    }

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
        writer.WriteString("start", TimeText(start));
        WriteMilliseconds(writer, "durationMs", duration);
        writer.WriteEndObject();
    }

    private static void WriteReport(Utf8JsonWriter writer, Invocation invocation, InvocationReport report)
    {
        writer.WriteString("requestId", report.RequestId);
        WriteStatus(writer, report.Status ?? "success", report.ErrorType);
        WriteTracing(writer, invocation);
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

    private static string TimeText(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static SystemLogLevel LevelOf(string? level) => level switch
    {
        "DEBUG" => SystemLogLevel.Debug,
        "WARN" => SystemLogLevel.Warn,
        _ => SystemLogLevel.Info,
    };

    // Apart from their callers, which on the way of an invocation mostly have nothing to write: a closure is made where a method begins.
    private void WriteStart(Invocation invocation) => Write("platform.start", writer =>
    {
        writer.WriteString("requestId", invocation.RequestId);
        writer.WriteString("version", function.Version);
        WriteTracing(writer, invocation);
    });

    private void WriteRuntimeDone(Invocation invocation, RuntimeDoneReport done) =>
        Write("platform.runtimeDone", writer => WriteRuntimeDone(writer, invocation, done));

    private void WriteReport(Invocation invocation, InvocationReport report) =>
        Write("platform.report", writer => WriteReport(writer, invocation, report));

    private bool Wants(SystemLogLevel level) => _isJson && level >= _least;

    private void Write(string type, Action<Utf8JsonWriter> record)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("time", TimeText(time.GetUtcNow()));
        writer.WriteString("type", type);
        writer.WriteStartObject("record");
        record(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        Log.Append(buffer.WrittenSpan);
    }
}

/// <summary>What platform.runtimeDone says.</summary>
internal readonly record struct RuntimeDoneReport
{
    /// <summary><c>success</c>, <c>error</c>, <c>failure</c> or <c>timeout</c>.</summary>
    public required string Status { get; init; }

    public required string? ErrorType { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the event to the runtime's answer; null when there was none.</summary>
    public required TimeSpan? Latency { get; init; }

    /// <summary>What reading the answer took.</summary>
    public required TimeSpan ResponseDuration { get; init; }

    public required TimeSpan Duration { get; init; }

    public required long ProducedBytes { get; init; }
}
