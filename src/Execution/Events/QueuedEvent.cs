using System.Text.Json.Serialization;

namespace Lamina.Execution;

/// <summary>An asynchronous invocation that was accepted and is not done yet, as the catalog keeps it.</summary>
internal sealed record QueuedEvent
{
    /// <summary>Also the key; the same on every try.</summary>
    public required string RequestId { get; init; }

    public required string Account { get; init; }

    public required string Region { get; init; }

    public required string FunctionName { get; init; }

    public required string? Qualifier { get; init; }

    public required string InvokedFunctionArn { get; init; }

    public required string TraceId { get; init; }

    public required byte[] Payload { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Tries that ended in an error of the function.</summary>
    public required int Failures { get; init; }

    /// <summary>Tries in a row for which there was no room.</summary>
    public required int Throttles { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(QueuedEvent))]
internal sealed partial class EventsJson : JsonSerializerContext;
