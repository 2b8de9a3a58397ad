using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Lamina.Execution.Environments;

namespace Lamina.Execution;

/// <summary>What one REPORT line says.</summary>
internal readonly record struct InvocationReport
{
    public required string RequestId { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>On the first invocation of an environment; billed with it (since August 2025).</summary>
    public required TimeSpan? InitDuration { get; init; }

    public required int MemorySizeMiB { get; init; }

    public required long PeakMemoryBytes { get; init; }

    /// <summary><c>timeout</c>, <c>error</c>, or null when the runtime answered.</summary>
    public required string? Status { get; init; }

    public required string? ErrorType { get; init; }

    /// <summary>How long extensions worked on after the runtime; null when none took part. Told by the Telemetry API only.</summary>
    public TimeSpan? ExtensionOverhead { get; init; }

    public double BilledMilliseconds => Math.Ceiling((Duration + (InitDuration ?? TimeSpan.Zero)).TotalMilliseconds);

    // The kernel's counters lag by up to a mebibyte on two cores, so a small process may read as nothing; none is that small.
    public long UsedMiB => Math.Clamp((PeakMemoryBytes + (1 << 20) - 1) >> 20, 1, MemorySizeMiB);
}

/// <summary>The platform's own log lines, as CloudWatch shows them (recorded), without the line's end.</summary>
internal static class ReportLines
{
    private const int MaxLineBytes = 1_024;

    public static void AppendStart(this EnvironmentLog log, string requestId, string version)
    {
        Span<byte> line = stackalloc byte[MaxLineBytes];
        Utf8.TryWrite(line, $"START RequestId: {requestId} Version: {version}", out int length);
        log.AppendText(line[..length]);
    }

    public static void AppendEnd(this EnvironmentLog log, string requestId)
    {
        Span<byte> line = stackalloc byte[MaxLineBytes];
        Utf8.TryWrite(line, $"END RequestId: {requestId}", out int length);
        log.AppendText(line[..length]);
    }

    public static void AppendReport(this EnvironmentLog log, in InvocationReport report)
    {
        Span<byte> line = stackalloc byte[MaxLineBytes];
        Utf8.TryWrite(
            line,
            $"REPORT RequestId: {report.RequestId}\tDuration: {report.Duration.TotalMilliseconds:F2} ms\tBilled Duration: {report.BilledMilliseconds:F0} ms\tMemory Size: {report.MemorySizeMiB} MB\tMax Memory Used: {report.UsedMiB} MB\t",
            out int length);
        if (report.InitDuration is { } init)
        {
            Utf8.TryWrite(line[length..], $"Init Duration: {init.TotalMilliseconds:F2} ms\t", out int written);
            length += written;
        }

        length += WriteStatus(line[length..], report.Status, report.ErrorType);
        log.AppendText(line[..length]);
    }

    /// <param name="phase"><c>init</c>, or <c>invoke</c> for the second try inside the first invocation.</param>
    public static void AppendInitReport(this EnvironmentLog log, TimeSpan duration, string phase, string status, string? errorType)
    {
        Span<byte> line = stackalloc byte[MaxLineBytes];
        Utf8.TryWrite(line, $"INIT_REPORT Init Duration: {duration.TotalMilliseconds:F2} ms\tPhase: {phase}\t", out int length);
        length += WriteStatus(line[length..], status, errorType);
        log.AppendText(line[..length]);
    }

    public static void AppendInitStart(this EnvironmentLog log, string runtimeVersion, string arn) =>
        log.AppendText(Encoding.UTF8.GetBytes($"INIT_START Runtime Version: {runtimeVersion}\tRuntime Version ARN: {arn}"));

    /// <summary>AWS's ARN ends in a digest that names the runtime's build; ours names the interpreter.</summary>
    public static string RuntimeVersionArn(string runtimeVersion, string region) =>
        $"arn:aws:lambda:{region}::runtime:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runtimeVersion)))}";

    /// <summary>One line per extension at the end of the init, whichever way it ended.</summary>
    public static void AppendExtension(this EnvironmentLog log, string name, string state, string events, string? errorType) =>
        log.AppendText(Encoding.UTF8.GetBytes(
            $"EXTENSION\tName: {name}\tState: {state}\tEvents: [{events}]{(errorType is null ? "" : "\tError Type: " + errorType)}"));

    /// <summary>Why an image's program was not started, with what it was to be started with (public reports).</summary>
    public static void AppendImageError(this EnvironmentLog log, ImageLaunch image, string message) => log.AppendText(Encoding.UTF8.GetBytes(
        $"IMAGE\tLaunch error: {message}\tEntrypoint: [{string.Join(',', image.EntryPoint)}]\tCmd: [{string.Join(',', image.Command)}]"
        + $"\tWorkingDir: [{image.WorkingDirectory}]"));

    /// <param name="api"><c>TELEMETRY</c> or <c>LOGS</c>.</param>
    public static void AppendSubscription(this EnvironmentLog log, string api, string name, IReadOnlyList<string> types) =>
        log.AppendText(Encoding.UTF8.GetBytes(
            $"{api}\tName: {name}\tState: Subscribed\tTypes: [{string.Join(", ", types.Select(static type => char.ToUpperInvariant(type[0]) + type[1..]))}]"));

    /// <summary>Ours: Lambda has no such line.</summary>
    public static void AppendDevFunction(this EnvironmentLog log, int update, string folder) =>
        log.AppendText(Encoding.UTF8.GetBytes($"DEV_FUNCTION Update: {update}\tFolder: {folder}"));

    /// <summary>Ours as well.</summary>
    public static void AppendDevLayer(this EnvironmentLog log, string layer, int update, string folder) =>
        log.AppendText(Encoding.UTF8.GetBytes($"DEV_LAYER Layer: {layer}\tUpdate: {update}\tFolder: {folder}"));

    /// <summary><c>RequestId: … Error: …</c> and the type on a second line, one log event.</summary>
    public static void AppendError(this EnvironmentLog log, string requestId, string message, string errorType) =>
        log.AppendText(Encoding.UTF8.GetBytes($"RequestId: {requestId} Error: {message}\n{errorType}"));

    public static string StreamName(DateTimeOffset now, string version, string environmentId) =>
        $"{now.UtcDateTime:yyyy/MM/dd}/[{version}]{environmentId}";

    private static int WriteStatus(Span<byte> destination, string? status, string? errorType)
    {
        int written = 0;
        if (errorType is not null)
        {
            Utf8.TryWrite(destination, $"Status: {status}\tError Type: {errorType}", out written);
        }
        else if (status is not null)
        {
            Utf8.TryWrite(destination, $"Status: {status}", out written);
        }

        return written;
    }
}
