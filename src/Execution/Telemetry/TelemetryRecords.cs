using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lamina.Execution.Telemetry;

/// <summary>Events as they travel: <c>{"time":"…","type":"…","record":…}</c>.</summary>
internal static class TelemetryRecords
{
    private const string DroppedReason = "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string TimeText(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>An event whose record is an object.</summary>
    public static ReadOnlyMemory<byte> Object<T>(DateTimeOffset at, string type, T subject, Action<Utf8JsonWriter, T> record) =>
        Write(at, type, (subject, record), static (writer, context) =>
        {
            writer.WriteStartObject("record");
            context.record(writer, context.subject);
            writer.WriteEndObject();
        });

    public static ReadOnlyMemory<byte> Text(DateTimeOffset at, string type, ReadOnlyMemory<byte> text) =>
        Write(at, type, text, static (writer, text) => writer.WriteString("record", System.Text.Encoding.UTF8.GetString(text.Span)));

    /// <summary>A line that is a JSON object itself; any other is a text.</summary>
    public static ReadOnlyMemory<byte> ObjectOrText(DateTimeOffset at, string type, ReadOnlyMemory<byte> line)
    {
        if (line.Span is not [(byte)'{', .., (byte)'}'])
        {
            return Text(at, type, line);
        }

        try
        {
            return Write(at, type, line, static (writer, line) =>
            {
                writer.WritePropertyName("record");
                writer.WriteRawValue(line.Span);
            });
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return Text(at, type, line);
        }
    }

    public static ReadOnlyMemory<byte> LogsDropped(DateTimeOffset at, int records, long bytes) =>
        Object(at, "platform.logsDropped", (records, bytes), static (writer, dropped) =>
        {
            writer.WriteNumber("droppedBytes", dropped.bytes);
            writer.WriteNumber("droppedRecords", dropped.records);
            writer.WriteString("reason", DroppedReason);
        });

    public static byte[] Array(IReadOnlyList<ReadOnlyMemory<byte>> batch) => Join(batch, "["u8, ","u8, "]"u8);

    public static byte[] Lines(IReadOnlyList<ReadOnlyMemory<byte>> batch) => Join(batch, ""u8, "\n"u8, "\n"u8);

    private static byte[] Join(
        IReadOnlyList<ReadOnlyMemory<byte>> batch, ReadOnlySpan<byte> before, ReadOnlySpan<byte> between, ReadOnlySpan<byte> after)
    {
        var buffer = new ArrayBufferWriter<byte>(batch.Sum(static record => record.Length + 1) + 2);
        buffer.Write(before);
        for (int i = 0; i < batch.Count; i++)
        {
            buffer.Write(i == 0 ? default : between);
            buffer.Write(batch[i].Span);
        }

        buffer.Write(after);
        return buffer.WrittenSpan.ToArray();
    }

    private static ReadOnlyMemory<byte> Write<T>(DateTimeOffset at, string type, T subject, Action<Utf8JsonWriter, T> record)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("time", TimeText(at));
        writer.WriteString("type", type);
        record(writer, subject);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
