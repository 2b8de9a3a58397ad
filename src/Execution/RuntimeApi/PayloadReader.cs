using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Execution.RuntimeApi;

internal enum PayloadReadKind
{
    Complete,
    TooLarge,
    Truncated,
}

/// <summary>Reads a runtime's answer into one pooled buffer, counting while reading.</summary>
internal static class PayloadReader
{
    private const int FirstBufferBytes = 4_096;

    public static async ValueTask<(PayloadReadKind Kind, PayloadBuffer Payload)> ReadAsync(RuntimeRequest request, int limit)
    {
        if (request.Request.Headers.ContentLength > limit)
        {
            return (PayloadReadKind.TooLarge, default);
        }

        PipeReader body = request.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)(request.Request.Headers.ContentLength ?? FirstBufferBytes));
        int length = 0;
        try
        {
            while (true)
            {
                ReadResult read = await body.ReadAsync(CancellationToken.None);
                if (length + read.Buffer.Length > limit)
                {
                    body.AdvanceTo(read.Buffer.End);
                    ArrayPool<byte>.Shared.Return(buffer);
                    return (PayloadReadKind.TooLarge, default);
                }

                buffer = EnsureRoom(buffer, length, length + (int)read.Buffer.Length);
                read.Buffer.CopyTo(buffer.AsSpan(length));
                length += (int)read.Buffer.Length;
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return (PayloadReadKind.Complete, new PayloadBuffer(buffer.AsMemory(0, length), buffer));
                }
            }
        }
        catch (Exception exception) when (exception is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException or IOException)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return (PayloadReadKind.Truncated, default);
        }
    }

    private static byte[] EnsureRoom(byte[] buffer, int used, int needed)
    {
        if (needed <= buffer.Length)
        {
            return buffer;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * buffer.Length));
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
