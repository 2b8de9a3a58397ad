using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Lamina.Server.Wire;

/// <summary>What goes back: status, headers, and a body written straight to the wire.</summary>
internal abstract class Answer(int status) : IDisposable
{
    public List<KeyValuePair<string, StringValues>> Headers { get; } = [];

    public static Answer Json<T>(int status, T value, JsonTypeInfo<T> typeInfo) => new JsonAnswer<T>(status, value, typeInfo);

    public static Answer Empty(int status) => new BytesAnswer(status, null, default, null);

    /// <param name="owner">Disposed once the bytes are written.</param>
    public static Answer Bytes(int status, string contentType, ReadOnlyMemory<byte> body, IDisposable? owner) =>
        new BytesAnswer(status, contentType, body, owner);

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        foreach ((string name, StringValues value) in Headers)
        {
            response.Headers[name] = value;
        }

        await WriteBodyAsync(response, cancellationToken);
    }

    public virtual void Dispose()
    {
    }

    protected abstract Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken);

    protected static async Task WriteAsync(
        HttpResponse response, string? contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // 204 must not have a length at all (RFC 9110 8.6).
        if (response.StatusCode != StatusCodes.Status204NoContent)
        {
            response.ContentType = contentType;
            response.ContentLength = body.Length;
            await response.BodyWriter.WriteAsync(body, cancellationToken);
        }
    }

    private sealed class BytesAnswer(int status, string? contentType, ReadOnlyMemory<byte> body, IDisposable? owner) : Answer(status)
    {
        public override void Dispose() => owner?.Dispose();

        protected override Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken) =>
            WriteAsync(response, contentType, body, cancellationToken);
    }

    private sealed class JsonAnswer<T>(int status, T value, JsonTypeInfo<T> typeInfo) : Answer(status)
    {
        protected override Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken) =>
            WriteAsync(response, "application/json", WireJson.Write(writer => JsonSerializer.Serialize(writer, value, typeInfo)), cancellationToken);
    }
}

/// <summary>JSON as AWS writes it: nothing escaped that need not be.</summary>
internal static class WireJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new(1024);
        using Utf8JsonWriter writer = new(buffer, Options);
        write(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
