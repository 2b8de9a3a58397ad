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

/// <summary>Bytes of a body. Pooled ones go back when disposed; others, and all large ones, are the garbage collector's.</summary>
/// <param name="expected">What the client says will come; room for more than <see cref="Trusted"/> is made only when so much has come.</param>
internal struct RequestBytes(int expected, bool pooled) : IDisposable
{
    /// <summary>The pool rounds up to powers of two, which wastes too much above this.</summary>
    private const int Trusted = 1024 * 1024;

    private byte[]? _array = Rent(Math.Min(expected, Trusted), pooled);

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public void Append(ReadOnlySequence<byte> bytes)
    {
        int length = checked(Length + (int)bytes.Length);
        if (length > _array!.Length)
        {
            byte[] larger = Rent(Math.Max(length, length > Trusted ? Math.Max(expected, length + (length / 2)) : 2 * length), pooled);
            _array.AsSpan(0, Length).CopyTo(larger);
            Return(_array, pooled);
            _array = larger;
        }

        bytes.CopyTo(_array.AsSpan(Length));
        Length = length;
    }

    public void Dispose()
    {
        Return(_array, pooled);
        _array = null;
        Length = 0;
    }

    private static byte[] Rent(int size, bool pooled) =>
        pooled && size <= Trusted ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    private static void Return(byte[]? array, bool pooled)
    {
        if (pooled && array is { Length: <= Trusted })
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
