namespace Lamina.Execution.Telemetry;

/// <summary>The way to one extension's listener: a batch of records, each a JSON object, arrives whole or is sent again.</summary>
internal interface ITelemetryDelivery : IAsyncDisposable
{
    /// <summary>False when there is no listener or it did not accept.</summary>
    Task<bool> TrySendAsync(IReadOnlyList<ReadOnlyMemory<byte>> batch, CancellationToken cancellationToken);
}
