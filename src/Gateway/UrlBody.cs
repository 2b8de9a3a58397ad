using System.Buffers;
using System.IO.Pipelines;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway;

/// <summary>The body of a request to a function URL, counted while it comes in.</summary>
internal static class UrlBody
{
    /// <summary>Null when it is larger than an event may be.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > Limits.SyncPayloadBytes)
        {
            return null;
        }

        ArrayBufferWriter<byte> body = new();
        PipeReader reader = request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            if (body.WrittenCount + read.Buffer.Length > Limits.SyncPayloadBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                body.Write(segment.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return body.WrittenMemory;
            }
        }
    }
}
