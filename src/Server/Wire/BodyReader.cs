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
                ReadResult read = await ReadSomeAsync(reader, cancellationToken);
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

    private static async ValueTask<ReadResult> ReadSomeAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // A chunk larger than an int, a connection that was reset: the client's doing, and nothing for the log.
            throw new BadHttpRequestException(broken.Message, StatusCodes.Status400BadRequest, broken);
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
        if (array is { Length: > Trusted })
        {
            LargeGarbage.Add(array.Length);
        }
        else if (pooled && array is not null)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}

/// <summary>
/// Sees to it that bodies of archives do not pile up. Left alone the collector lets such arrays grow to hundreds of megabytes
/// on a machine that has the memory, for a process that needs a few tens. Collected in the background: nobody is stopped for it.
/// </summary>
internal static class LargeGarbage
{
    private const long BytesWorthCollecting = 48 * 1024 * 1024;

    private static long _bytes;

    /// <summary>Tells of so many bytes that nobody needs any more.</summary>
    public static void Add(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) >= BytesWorthCollecting)
        {
            Interlocked.Exchange(ref _bytes, 0);

            // Elsewhere, because the frames of this caller may still hold what they have just given up.
            ThreadPool.UnsafeQueueUserWorkItem(
                static _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false), null);
        }
    }
}
