using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Lamina.Companions.Logs;

internal enum LogRecordKind : byte
{
    /// <summary>A stream gets its number in this segment.</summary>
    Stream = 1,

    Event = 2,

    /// <summary>A stream is deleted, with all that stands before.</summary>
    Deletion = 3,
}

/// <summary>
/// A record in a segment: length (4 bytes) and CRC-32 (4) of what follows; kind (1), number of the stream in this segment (4), and
/// for a stream its creation (8) and name, for an event its time (8), its ingestion (8) and the message. Little endian. What a crash
/// left half written fails its CRC and is cut off.
/// </summary>
internal readonly ref struct LogRecord
{
    private const int HeadBytes = 8;
    private const int FixedBytes = 1 + 4 + 8;

    private LogRecord(ReadOnlySpan<byte> body)
    {
        Kind = (LogRecordKind)body[0];
        Stream = BinaryPrimitives.ReadInt32LittleEndian(body[1..]);
        Time = BinaryPrimitives.ReadInt64LittleEndian(body[5..]);
        IngestionTime = Kind == LogRecordKind.Event ? BinaryPrimitives.ReadInt64LittleEndian(body[FixedBytes..]) : 0;
        Content = body[(Kind == LogRecordKind.Event ? FixedBytes + 8 : FixedBytes)..];
    }

    public LogRecordKind Kind { get; }

    /// <summary>Its number in this segment.</summary>
    public int Stream { get; }

    /// <summary>The event's time, or the stream's creation.</summary>
    public long Time { get; }

    public long IngestionTime { get; }

    /// <summary>The message, or the stream's name.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Reads the record at <paramref name="offset"/>; false at the end, and where a crash cut the file.</summary>
    public static bool TryRead(ReadOnlySpan<byte> segment, int offset, out LogRecord record, out int next)
    {
        record = default;
        next = offset;
        ReadOnlySpan<byte> rest = segment[offset..];
        if (rest.Length < HeadBytes)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length < FixedBytes || length > rest.Length - HeadBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> body = rest.Slice(HeadBytes, length);
        if (Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])
            || (body[0] == (byte)LogRecordKind.Event && length < FixedBytes + 8)
            || body[0] is < (byte)LogRecordKind.Stream or > (byte)LogRecordKind.Deletion)
        {
            return false;
        }

        record = new LogRecord(body);
        next = offset + HeadBytes + length;
        return true;
    }

    public static void WriteStream(ArrayBufferWriter<byte> output, int stream, long creation, string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        Span<byte> body = Begin(output, FixedBytes + utf8.Length, LogRecordKind.Stream, stream, creation);
        utf8.CopyTo(body[FixedBytes..]);
        End(output, body.Length);
    }

    public static void WriteEvent(ArrayBufferWriter<byte> output, int stream, long time, long ingestion, ReadOnlySpan<byte> message)
    {
        Span<byte> body = Begin(output, FixedBytes + 8 + message.Length, LogRecordKind.Event, stream, time);
        BinaryPrimitives.WriteInt64LittleEndian(body[FixedBytes..], ingestion);
        message.CopyTo(body[(FixedBytes + 8)..]);
        End(output, body.Length);
    }

    public static void WriteDeletion(ArrayBufferWriter<byte> output, int stream)
    {
        Span<byte> body = Begin(output, FixedBytes, LogRecordKind.Deletion, stream, 0);
        End(output, body.Length);
    }

    private static Span<byte> Begin(ArrayBufferWriter<byte> output, int length, LogRecordKind kind, int stream, long time)
    {
        Span<byte> body = output.GetSpan(HeadBytes + length).Slice(HeadBytes, length);
        body[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(body[1..], stream);
        BinaryPrimitives.WriteInt64LittleEndian(body[5..], time);
        return body;
    }

    private static void End(ArrayBufferWriter<byte> output, int length)
    {
        Span<byte> record = output.GetSpan(HeadBytes + length)[..(HeadBytes + length)];
        BinaryPrimitives.WriteInt32LittleEndian(record, length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32.HashToUInt32(record[HeadBytes..]));
        output.Advance(record.Length);
    }
}
