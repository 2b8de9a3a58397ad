namespace Lamina.Execution;

/// <summary>One event for one function version.</summary>
public sealed record Invocation
{
    /// <summary>A UUID; also the caller's x-amzn-RequestId.</summary>
    public required string RequestId { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>ARN as the caller named the function, with the qualifier if one was given.</summary>
    public required string InvokedFunctionArn { get; init; }

    /// <summary>JSON, decoded from the base64 of X-Amz-Client-Context; null when absent.</summary>
    public required string? ClientContext { get; init; }

    public required string TraceId { get; init; }

    /// <summary>
    /// X-Amz-Log-Type is Tail. The answer then waits for the END and REPORT lines; without it the caller has the answer
    /// as soon as the runtime has given it.
    /// </summary>
    public required bool WantsLogTail { get; init; }

    /// <summary>Where a response goes that the function streams; null when the caller wants it whole, however it is made.</summary>
    public ResponseStream? Response { get; init; }
}
