using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire;

/// <summary>A request's body in one piece, counted while it comes in.</summary>
internal static class BodyReader
{
    public static async ValueTask<RequestBytes> ReadAsync(HttpRequest request, BodyLimit limit, CancellationToken cancellationToken)
    {
        if (limit.Bytes == 0 || request.ContentLength == 0)
        {
            return default;
        }

        if (request.ContentLength > limit.Bytes)
        {
            throw limit.TooLarge(request.ContentLength.Value);
        }

        RequestBytes body = new((int)(request.ContentLength ?? 4096), limit.Pooled);
        try
        {
            PipeReader reader = request.BodyReader;
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                long length = body.Length + read.Buffer.Length;
                if (length > limit.Bytes)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw limit.TooLarge(length);
                }

                body.Append(read.Buffer);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }
}

/// <summary>Bytes of a body. Pooled ones go back when disposed; others are the garbage collector's.</summary>
internal struct RequestBytes(int capacity, bool pooled) : IDisposable
{
    private byte[]? _array = pooled ? ArrayPool<byte>.Shared.Rent(capacity) : new byte[capacity];

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public void Append(ReadOnlySequence<byte> bytes)
    {
        int length = checked(Length + (int)bytes.Length);
        if (length > _array!.Length)
        {
            Grow(length);
        }

        bytes.CopyTo(_array.AsSpan(Length));
        Length = length;
    }

    public void Dispose()
    {
        if (_array is not null && pooled)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = null;
        Length = 0;
    }

    private void Grow(int length)
    {
        int larger = (int)Math.Min(Math.Max(length, 2L * _array!.Length), Array.MaxLength);
        byte[] next = pooled ? ArrayPool<byte>.Shared.Rent(larger) : new byte[larger];
        _array.AsSpan(0, Length).CopyTo(next);
        if (pooled)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = next;
    }
}
