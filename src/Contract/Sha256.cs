using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Contract;

/// <summary>A SHA-256 digest. Written as 64 lower-case hex digits in names and documents, as base64 in AWS's CodeSha256.</summary>
[JsonConverter(typeof(Sha256JsonConverter))]
public readonly record struct Sha256 : IComparable<Sha256>
{
    public const int SizeBytes = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    public Sha256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes)
        {
            throw new ArgumentException($"A SHA-256 digest has 32 bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    public static Sha256 Of(ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[SizeBytes];
        SHA256.HashData(content, digest);
        return new Sha256(digest);
    }

    public static bool TryParse([NotNullWhen(true)] string? hex, out Sha256 digest)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        if (hex is { Length: 2 * SizeBytes }
            && Convert.FromHexString(hex, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
            && written == SizeBytes)
        {
            digest = new Sha256(bytes);
            return true;
        }

        digest = default;
        return false;
    }

    public static Sha256 Parse(string hex) =>
        TryParse(hex, out Sha256 digest) ? digest : throw new FormatException($"'{hex}' is not a SHA-256 digest in hex.");

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public string ToBase64()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return Convert.ToBase64String(bytes);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public int CompareTo(Sha256 other)
    {
        int order = _a.CompareTo(other._a);
        order = order != 0 ? order : _b.CompareTo(other._b);
        order = order != 0 ? order : _c.CompareTo(other._c);
        return order != 0 ? order : _d.CompareTo(other._d);
    }
}

/// <summary>A digest in a document is its hex form.</summary>
public sealed class Sha256JsonConverter : JsonConverter<Sha256>
{
    public override Sha256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Sha256.TryParse(reader.GetString(), out Sha256 digest)
            ? digest
            : throw new JsonException("Expected a SHA-256 digest as 64 hex digits.");

    public override void Write(Utf8JsonWriter writer, Sha256 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
