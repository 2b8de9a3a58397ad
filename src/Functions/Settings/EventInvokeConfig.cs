namespace Lamina.Functions.Settings;

/// <summary>How asynchronous events of a function, version or alias are treated: retries, age, and where their outcome goes.</summary>
public sealed record EventInvokeConfig
{
    /// <summary>With the qualifier, <c>$LATEST</c> too.</summary>
    public required string FunctionArn { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public required int? MaximumRetryAttempts { get; init; }

    public required int? MaximumEventAgeSeconds { get; init; }

    public required string? OnSuccess { get; init; }

    public required string? OnFailure { get; init; }
}
