using System.Buffers;

namespace Lamina.Execution;

public enum InvokeResult
{
    Succeeded,

    /// <summary>The handler reported an error; the payload is what it reported.</summary>
    FunctionFailed,

    TimedOut,

    /// <summary>The process ended, was killed for memory, or could not start; the payload says which.</summary>
    Crashed,

    /// <summary>No environment could be had within the concurrency limit; there is no payload.</summary>
    Throttled,

    /// <summary>
    /// The version was deleted or replaced before anything of it was held, and nothing ran: whoever resolved it resolves again. There is no payload.
    /// </summary>
    VersionGone,
}

/// <summary>How an invocation ended. Dispose it when the payload is written: large payloads live in pooled buffers.</summary>
public sealed record InvokeOutcome : IDisposable
{
    private byte[]? _rented;

    public required InvokeResult Result { get; init; }

    /// <summary>The response, or the error object. Not to be touched after disposal.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The last 4 KB of this invocation's log lines, START to REPORT; empty unless the invocation wanted them.</summary>
    public required ReadOnlyMemory<byte> LogTail { get; init; }

    /// <summary>Of a throttled invocation: AWS's word for the limit that was reached.</summary>
    public string? ThrottleReason { get; private init; }

    internal static InvokeOutcome ThrottledByAccount { get; } = Throttled("ConcurrentInvocationLimitExceeded");

    internal static InvokeOutcome ThrottledByReservation { get; } = Throttled("ReservedFunctionConcurrentInvocationLimitExceeded");

    internal static InvokeOutcome VersionGone { get; } = new() { Result = InvokeResult.VersionGone, Payload = default, LogTail = default };

    internal static InvokeOutcome Of(InvokeResult result, PayloadBuffer payload) =>
        new() { Result = result, Payload = payload.Memory, LogTail = default, _rented = payload.Rented };

    /// <summary>The same outcome with its tail; the buffer moves to the new one.</summary>
    internal InvokeOutcome WithLogTail(ReadOnlyMemory<byte> tail) =>
        new() { Result = Result, Payload = Payload, LogTail = tail, _rented = Interlocked.Exchange(ref _rented, null) };

    private static InvokeOutcome Throttled(string reason) =>
        new() { Result = InvokeResult.Throttled, Payload = default, LogTail = default, ThrottleReason = reason };

    public void Dispose()
    {
        byte[]? rented = Interlocked.Exchange(ref _rented, null);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

/// <summary>A payload and, where it is pooled, the array to give back.</summary>
internal readonly record struct PayloadBuffer(ReadOnlyMemory<byte> Memory, byte[]? Rented)
{
    public void Return()
    {
        if (Rented is not null)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }
}
