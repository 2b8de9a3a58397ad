using System.IO.Pipelines;

namespace Lamina.Execution;

/// <summary>
/// A response that reaches its caller while the function still makes it. The runtime's side writes, the caller's side reads; a
/// function that is ahead of its caller by more than a buffer waits for him.
/// </summary>
/// <remarks>
/// A function may as well answer whole or fail before its first byte: then <see cref="Begun"/> never completes, and the outcome of the
/// invocation is all there is. The caller awaits whichever comes first; if it has begun by then, he reads <see cref="Body"/> to its end, and
/// then looks at the outcome.
/// </remarks>
public sealed class ResponseStream
{
    private const int BufferBytes = 64 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: BufferBytes, resumeWriterThreshold: BufferBytes / 2, minimumSegmentSize: BufferBytes / 4, useSynchronizationContext: false));

    private readonly TaskCompletionSource<string?> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abandoned = new();
    private long _producedBytes;

    /// <summary>The Content-Type that the runtime gave, once it has begun to stream.</summary>
    public Task<string?> Begun => _begun.Task;

    /// <summary>What the function wrote. Ends with the response, however it ends; to be read once it has begun.</summary>
    public PipeReader Body => _pipe.Reader;

    /// <summary>Bytes taken from the runtime so far.</summary>
    internal long ProducedBytes => Interlocked.Read(ref _producedBytes);

    /// <summary>The caller has gone.</summary>
    internal CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Nobody reads any more: the function's writing ends. Harmless after the end.</summary>
    public void Abandon() => _abandoned.Cancel();

    internal void Begin(string? contentType) => _begun.TrySetResult(contentType);

    /// <summary>False when nobody reads any more.</summary>
    internal async ValueTask<bool> WriteAsync(System.Buffers.ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            FlushResult flushed = await _pipe.Writer.WriteAsync(segment, Abandoned);
            if (flushed.IsCompleted)
            {
                return false;
            }
        }

        Interlocked.Add(ref _producedBytes, bytes.Length);
        return true;
    }

    internal ValueTask EndAsync() => _pipe.Writer.CompleteAsync();
}
