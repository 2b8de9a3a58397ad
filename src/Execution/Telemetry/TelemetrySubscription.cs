namespace Lamina.Execution.Telemetry;

/// <summary>The three streams that can be subscribed to.</summary>
[Flags]
internal enum TelemetryTypes
{
    None = 0,
    Platform = 1,
    Function = 2,
    Extension = 4,
}

/// <summary>Which API was asked, and in which of its schemas events are wanted.</summary>
internal enum TelemetrySchema
{
    /// <summary>Logs API, 2020-08-15.</summary>
    Logs,

    /// <summary>Logs API, 2021-03-18: with platform.runtimeDone.</summary>
    LogsWithRuntimeDone,

    /// <summary>Telemetry API, 2022-07-01: records of the function are strings.</summary>
    TelemetryText,

    /// <summary>Telemetry API, 2022-12-13 and 2025-01-29: what a function writes in the JSON log format are objects.</summary>
    Telemetry,
}

internal static class TelemetrySchemas
{
    public static bool IsLogs(this TelemetrySchema schema) => schema is TelemetrySchema.Logs or TelemetrySchema.LogsWithRuntimeDone;
}

/// <summary>A subscription as an extension asked for it, checked.</summary>
internal sealed record TelemetrySubscription
{
    public required TelemetrySchema Schema { get; init; }

    /// <summary>As sent, in order.</summary>
    public required IReadOnlyList<string> TypeNames { get; init; }

    public required TelemetryTypes Types { get; init; }

    public required int MaxItems { get; init; }

    public required int MaxBytes { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required TelemetryDestination Destination { get; init; }
}

/// <param name="Path">Of HTTP; null for TCP.</param>
/// <param name="Method">Of HTTP: POST, or PUT where the Logs API was asked for it.</param>
internal sealed record TelemetryDestination(int Port, string? Path, string Method);
