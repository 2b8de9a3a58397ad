using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>The error objects that Lambda itself answers, to the letter (recorded from AWS).</summary>
internal static class ErrorPayloads
{
    public const string ExitError = "Runtime.ExitError";
    public const string OutOfMemory = "Runtime.OutOfMemory";
    public const string InvalidEntrypoint = "Runtime.InvalidEntrypoint";
    public const string InvalidWorkingDirectory = "Runtime.InvalidWorkingDir";
    public const string TimedOut = "Sandbox.Timedout";
    public const string SandboxFailure = "Sandbox.Failure";
    public const string TruncatedResponse = "Runtime.TruncatedResponse";
    public const string ResponseSizeTooLarge = "Function.ResponseSizeTooLarge";
    public const string ExtensionCrash = "Extension.Crash";
    public const string ExtensionInitError = "Extension.InitError";
    public const string ExtensionExitError = "Extension.ExitError";
    public const string ExtensionLaunchError = "Extension.LaunchError";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The words of Go's syscall.Signal: Lambda's supervisor is written in Go.
    private static readonly Dictionary<int, string> SignalNames = new()
    {
        [1] = "hangup",
        [2] = "interrupt",
        [3] = "quit",
        [4] = "illegal instruction",
        [5] = "trace/breakpoint trap",
        [6] = "aborted",
        [7] = "bus error",
        [8] = "floating point exception",
        [9] = "killed",
        [10] = "user defined signal 1",
        [11] = "segmentation fault",
        [12] = "user defined signal 2",
        [13] = "broken pipe",
        [14] = "alarm clock",
        [15] = "terminated",
        [31] = "bad system call",
    };

    public static ReadOnlyMemory<byte> ResponseTooLarge { get; } = OfSize(Limits.SyncPayloadBytes);

    public static ReadOnlyMemory<byte> StreamTooLarge { get; } = OfSize(Limits.StreamedResponseBytes);

    /// <summary><c>{"errorType":"…","errorMessage":"RequestId: … Error: …"}</c></summary>
    public static ReadOnlyMemory<byte> Of(string errorType, string requestId, string message) => Write(writer =>
    {
        writer.WriteString("errorType", errorType);
        writer.WriteString("errorMessage", $"RequestId: {requestId} Error: {message}");
    });

    /// <summary>What a call to the APIs inside the sandbox gets back: <c>{"errorMessage":"…","errorType":"…"}</c> and a line's end.</summary>
    public static ReadOnlyMemory<byte> OfCall(string message, string errorType)
    {
        ReadOnlyMemory<byte> body = Write(writer =>
        {
            writer.WriteString("errorMessage", message);
            writer.WriteString("errorType", errorType);
        });
        return (byte[])[.. body.Span, (byte)'\n'];
    }

    /// <summary>What AWS says of an extension whose process ended.</summary>
    public static EnvironmentEnd OfExtensionExit(ProcessExit exit) => exit.OutOfMemory
        ? OfExit(exit)
        : new EnvironmentEnd(
            EndReason.Extension,
            ExtensionCrash,
            exit switch
            {
                { Signal: { } signal } => $"signal: {SignalName(signal)}",
                { Status: 0 } => "exit code 0",
                _ => string.Create(CultureInfo.InvariantCulture, $"exit status {exit.Status}"),
            })
        { Exit = exit };

    public static string TimeoutMessage(int timeoutSeconds) =>
        string.Create(CultureInfo.InvariantCulture, $"Task timed out after {timeoutSeconds}.00 seconds");

    /// <summary>What AWS says of a process that ended by itself or was killed.</summary>
    public static EnvironmentEnd OfExit(ProcessExit exit) => new(
        EndReason.Exit,
        exit.OutOfMemory ? OutOfMemory : ExitError,
        exit switch
        {
            { OutOfMemory: true } => "Runtime exited with error: signal: killed",
            { Signal: { } signal } => $"Runtime exited with error: signal: {SignalName(signal)}",
            { Status: { } status } when status != 0 => ExitStatusMessage(status),
            _ => "Runtime exited without providing a reason",
        })
    { Exit = exit };

    public static string ExitStatusMessage(int status) =>
        string.Create(CultureInfo.InvariantCulture, $"Runtime exited with error: exit status {status}");

    private static ReadOnlyMemory<byte> OfSize(long limit) => Write(writer =>
    {
        writer.WriteString(
            "errorMessage",
            string.Create(CultureInfo.InvariantCulture, $"Response payload size exceeded maximum allowed payload size ({limit} bytes)."));
        writer.WriteString("errorType", ResponseSizeTooLarge);
    });

    private static string SignalName(int signal) =>
        SignalNames.TryGetValue(signal, out string? name) ? name : string.Create(CultureInfo.InvariantCulture, $"signal {signal}");

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
