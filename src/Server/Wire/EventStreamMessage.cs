using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Lamina.Server.Wire;

/// <summary>
/// One kind of message of <c>application/vnd.amazon.eventstream</c>: lengths and their CRC, headers, payload, CRC of it all
/// (smithy.io, Amazon event stream specification). Numbers are big-endian.
/// </summary>
internal sealed class EventStreamMessage(string eventType, string contentType)
{
    public const string MediaType = "application/vnd.amazon.eventstream";

    private const int PreludeBytes = 8;
    private const int CrcBytes = 4;
    private const byte TextValue = 7;

    private readonly byte[] _headers = [
        .. Header(":event-type", eventType), .. Header(":content-type", contentType), .. Header(":message-type", "event")];

    public void Write(IBufferWriter<byte> output, in ReadOnlySequence<byte> payload)
    {
        Crc32 crc = new();
        Span<byte> head = output.GetSpan(PreludeBytes + CrcBytes + _headers.Length)[..(PreludeBytes + CrcBytes + _headers.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(head, checked((uint)(head.Length + payload.Length + CrcBytes)));
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], (uint)_headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(head[PreludeBytes..], Crc32.HashToUInt32(head[..PreludeBytes]));
        _headers.CopyTo(head[(PreludeBytes + CrcBytes)..]);
        crc.Append(head);
        output.Advance(head.Length);
        foreach (ReadOnlyMemory<byte> part in payload)
        {
            crc.Append(part.Span);
            output.Write(part.Span);
        }

        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(CrcBytes), crc.GetCurrentHashAsUInt32());
        output.Advance(CrcBytes);
    }

    private static byte[] Header(string name, string value)
    {
        byte[] text = Encoding.UTF8.GetBytes(value);
        return [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), TextValue, (byte)(text.Length >> 8), (byte)text.Length, .. text];
    }
}
