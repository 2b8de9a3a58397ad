namespace Lamina.Companions.Logs;

/// <summary>One event as it is found: times in milliseconds since 1970.</summary>
/// <param name="Message">UTF-8 as far as the writer wrote UTF-8.</param>
/// <param name="Position">Where it stands; with the time it gives the order of all events of a group.</param>
public sealed record LogEvent(string Stream, long Timestamp, long IngestionTime, ReadOnlyMemory<byte> Message, LogPosition Position);

/// <summary>An event to be written.</summary>
public readonly record struct LogEntry(long Timestamp, ReadOnlyMemory<byte> Message);

/// <summary>A stream as far as its events are still there.</summary>
public sealed record LogStream
{
    public required string Name { get; init; }

    public required long CreationTime { get; init; }

    public long? FirstEventTime { get; init; }

    public long? LastEventTime { get; init; }

    public long? LastIngestionTime { get; init; }

    /// <summary>What stands before it is of a stream of the same name that was deleted.</summary>
    internal LogPosition Since { get; init; }

    /// <summary>The newest segment that knows it; when that goes, so does the stream.</summary>
    internal int LastSegment { get; init; }
}
