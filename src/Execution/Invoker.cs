#pragma warning disable CA1822, IDE0060 // outline only: the room's first commit replaces this file
using Lamina.Functions;

namespace Lamina.Execution;

/// <summary>One event for one function version.</summary>
public sealed record Invocation
{
    /// <summary>A UUID; also the caller's x-amzn-RequestId.</summary>
    public required string RequestId { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>ARN as the caller named the function, with the qualifier if one was given.</summary>
    public required string InvokedFunctionArn { get; init; }

    /// <summary>Base64 JSON from X-Amz-Client-Context; null when absent.</summary>
    public required string? ClientContext { get; init; }

    public required string TraceId { get; init; }
}

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
}

public sealed record InvokeOutcome
{
    public required InvokeResult Result { get; init; }

    /// <summary>The response, or the error object.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The last 4 KB of this invocation's log lines, START to REPORT.</summary>
    public required ReadOnlyMemory<byte> LogTail { get; init; }
}

/// <summary>The story of an invocation: admit, take an environment, run, give back. Never throws for what a function does.</summary>
public sealed class Invoker
{
    public ValueTask<InvokeOutcome> InvokeAsync(FunctionVersion function, Invocation invocation, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
