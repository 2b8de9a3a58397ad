using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Contract;

/// <summary>
/// Blobs are base64, and an archive has tens of megabytes of it. The serializer's own converter decodes into an array of the shared
/// pool first, which keeps one of that size for every thread that ever decoded one; this one decodes where the blob will stay.
/// </summary>
internal sealed class BlobConverter : JsonConverter<byte[]>
{
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            // Without a text, so that the serializer words it as for every value of the wrong type.
            throw new JsonException();
        }

        if (!reader.ValueIsEscaped && TryDecode(reader.ValueSpan) is { } decoded)
        {
            return decoded;
        }

        // Escaped slashes, white space: rare enough for the long way, which also tells what is not base64 at all.
        return reader.TryGetBytesFromBase64(out byte[]? blob) ? blob : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value);

    private static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        if (text.Length % 4 != 0)
        {
            return null;
        }

        int padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        byte[] blob = GC.AllocateUninitializedArray<byte>((text.Length / 4 * 3) - padding);
        OperationStatus status = Base64.DecodeFromUtf8(text, blob, out _, out int written);
        return status == OperationStatus.Done && written == blob.Length ? blob : null;
    }
}
