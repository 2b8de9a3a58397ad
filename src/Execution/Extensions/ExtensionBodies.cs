using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Execution.Environments;
using Lamina.Functions;

namespace Lamina.Execution.Extensions;

/// <summary>The JSON that extensions get (Extensions API reference).</summary>
internal static class ExtensionBodies
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ExtensionEvent Invoke(InvokeJob job) => new(Guid.NewGuid(), Write(job, static (writer, job) =>
    {
        writer.WriteString("eventType", "INVOKE");
        writer.WriteNumber("deadlineMs", job.DeadlineMs);
        writer.WriteString("requestId", job.Invocation.RequestId);
        writer.WriteString("invokedFunctionArn", job.Invocation.InvokedFunctionArn);
        writer.WriteStartObject("tracing");
        writer.WriteString("type", "X-Amzn-Trace-Id");
        writer.WriteString("value", job.Invocation.TraceId);
        writer.WriteEndObject();
    }));

    /// <param name="reason"><c>spindown</c>, <c>timeout</c> or <c>failure</c>.</param>
    public static ExtensionEvent Shutdown(string reason, long deadlineMs) => new(Guid.NewGuid(), Write((reason, deadlineMs), static (writer, shutdown) =>
    {
        writer.WriteString("eventType", "SHUTDOWN");
        writer.WriteString("shutdownReason", shutdown.reason);
        writer.WriteNumber("deadlineMs", shutdown.deadlineMs);
    }));

    public static ReadOnlyMemory<byte> Registered(FunctionVersion function, bool withAccount) => Write((function, withAccount), static (writer, registered) =>
    {
        writer.WriteString("functionName", registered.function.Name);
        writer.WriteString("functionVersion", registered.function.Version);
        writer.WriteString("handler", registered.function.Handler ?? "");
        if (registered.withAccount)
        {
            writer.WriteString("accountId", registered.function.Account);
        }
    });

    private static ReadOnlyMemory<byte> Write<T>(T subject, Action<Utf8JsonWriter, T> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        members(writer, subject);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
