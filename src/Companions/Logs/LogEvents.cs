using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.Logs;

/// <summary>Takes and gives the events of log streams.</summary>
public sealed class LogEvents(LogGroups groups, LogStore store, TimeProvider time)
{
    private static readonly TimeSpan MaxSpan = TimeSpan.FromHours(24);
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(14);
    private static readonly TimeSpan MaxAhead = TimeSpan.FromHours(2);

    /// <summary>Events that are too old or too new are left out and told; the others are durable on return.</summary>
    public RejectedEvents Put(Caller caller, string groupName, string streamName, IReadOnlyList<LogEntry> entries)
    {
        long size = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            size += entries[i].Message.Length + Limits.LogEventOverheadBytes;
            if (i > 0 && entries[i].Timestamp < entries[i - 1].Timestamp)
            {
                throw LogsErrors.InvalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
            }
        }

        if (size > Limits.LogBatchBytes)
        {
            throw LogsErrors.InvalidParameter(string.Create(
                CultureInfo.InvariantCulture, $"Upload too large: {size} bytes exceeds limit of {Limits.LogBatchBytes}"));
        }

        if (entries.Count > 0 && entries[^1].Timestamp - entries[0].Timestamp > MaxSpan.TotalMilliseconds)
        {
            throw LogsErrors.InvalidParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
        }

        LogGroup group = groups.Get(caller, groupName);
        GroupLog log = store.Of(group);
        if (!log.Streams.ContainsKey(streamName))
        {
            throw LogsErrors.StreamNotFound();
        }

        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        RejectedEvents rejected = RejectedEvents.Of(
            entries, now - (long)MaxAge.TotalMilliseconds, OldestOf(group), now + (long)MaxAhead.TotalMilliseconds);
        LogEntry[] taken = [.. entries.Take(rejected.TooNewStart ?? entries.Count).Skip(Math.Max(rejected.TooOldEnd ?? 0, rejected.ExpiredEnd ?? 0))];
        if (taken.Length > 0)
        {
            log.Append(streamName, taken, now, durable: true);
        }

        return rejected;
    }

    /// <summary>A page of one stream, and the tokens of those before and after it.</summary>
    public StreamPage Get(Caller caller, string group, string stream, long? start, long? end, string? token, int? limit, bool startFromHead)
    {
        LogGroup found = groups.Get(caller, group);
        GroupLog log = store.Of(found);
        if (!log.Streams.ContainsKey(stream))
        {
            throw LogsErrors.StreamNotFound();
        }

        (LogCursor from, LogCursor to) = Between(found, start, end);
        (bool backward, LogCursor? cursor) = token is null ? (!startFromHead, null) : ParseToken(token);
        if (cursor is { } before && backward)
        {
            to = Earlier(to, Before(before));
        }
        else if (cursor is { } after)
        {
            from = Later(from, After(after));
        }

        LogPage page = log.Read(
            from, to, name => name == stream, null, Math.Min(limit ?? Limits.LogEventPage, Limits.LogEventPage), Limits.LogBatchBytes, fromEnd: backward);
        // Without events both tokens stay where the reader is, so that he can ask again.
        LogCursor place = cursor ?? Before(from);
        return page.Events.Count > 0
            ? new StreamPage(page.Events, $"f/{LogCursor.Of(page.Events[^1])}", $"b/{LogCursor.Of(page.Events[0])}")
            : new StreamPage(page.Events, $"f/{place}", $"b/{place}");
    }

    /// <summary>A page of all streams, or of the named ones, whose messages match.</summary>
    /// <param name="streams">Names; null for all that start with <paramref name="prefix"/>.</param>
    public FilteredPage Filter(
        Caller caller,
        string group,
        IReadOnlyCollection<string>? streams,
        string? prefix,
        long? start,
        long? end,
        FilterPattern pattern,
        string? token,
        int? limit)
    {
        LogGroup found = groups.Get(caller, group);
        GroupLog log = store.Of(found);
        if (streams?.FirstOrDefault(name => !log.Streams.ContainsKey(name)) is not null)
        {
            throw LogsErrors.StreamNotFound();
        }

        (LogCursor from, LogCursor to) = Between(found, start, end);
        if (token is not null)
        {
            from = Later(from, After(LogCursor.Parse(token) ?? throw LogsErrors.InvalidParameter("The specified nextToken is invalid.")));
        }

        HashSet<string>? names = streams is null ? null : new(streams, StringComparer.Ordinal);
        bool Wanted(string name) => names?.Contains(name) ?? name.StartsWith(prefix ?? "", StringComparison.Ordinal);
        LogPage page = log.Read(
            from,
            to,
            Wanted,
            pattern.IsEmpty ? null : pattern.Matches,
            Math.Min(limit ?? Limits.LogEventPage, Limits.LogEventPage),
            Limits.LogBatchBytes,
            fromEnd: false);
        return new FilteredPage(page.Events, page.IsWhole ? null : LogCursor.Of(page.Events[^1]).ToString());
    }

    /// <summary>The last events of all streams before a time, as many as one page holds; none when there is no such group.</summary>
    public IReadOnlyList<LogEvent> Newest(Caller caller, string group, long before)
    {
        if (!groups.Exists(caller, group))
        {
            return [];
        }

        LogGroup found = groups.Get(caller, group);
        (LogCursor from, LogCursor to) = Between(found, null, before);
        return store.Of(found).Read(from, to, static _ => true, null, Limits.LogEventPage, Limits.LogBatchBytes, fromEnd: true).Events;
    }

    /// <summary>The start is included, the end is not.</summary>
    private (LogCursor From, LogCursor To) Between(LogGroup group, long? start, long? end)
    {
        if (end < start)
        {
            throw LogsErrors.InvalidParameter("End time should not be less than start time.");
        }

        long oldest = Math.Max(start ?? 0, OldestOf(group) ?? 0);
        return (new LogCursor(oldest, default), end is { } before ? Before(new LogCursor(before, default)) : LogCursor.Last);
    }

    /// <summary>What is older is over; null when nothing is.</summary>
    private long? OldestOf(LogGroup group) =>
        group.RetentionInDays is { } days ? (time.GetUtcNow() - TimeSpan.FromDays(days)).ToUnixTimeMilliseconds() : null;

    private static (bool Backward, LogCursor? Cursor) ParseToken(string token)
    {
        bool isToken = token.StartsWith("f/", StringComparison.Ordinal) || token.StartsWith("b/", StringComparison.Ordinal);
        return isToken && LogCursor.Parse(token[2..]) is { } cursor
            ? (token[0] == 'b', cursor)
            : throw LogsErrors.InvalidParameter("The specified nextToken is invalid.");
    }

    private static LogCursor After(LogCursor cursor) => cursor with { Position = cursor.Position with { Offset = cursor.Position.Offset + 1 } };

    private static LogCursor Before(LogCursor cursor) => cursor.Position.Offset > 0
        ? cursor with { Position = cursor.Position with { Offset = cursor.Position.Offset - 1 } }
        : new LogCursor(Math.Max(0, cursor.Timestamp - 1), new LogPosition(int.MaxValue, int.MaxValue - 1));

    private static LogCursor Earlier(LogCursor a, LogCursor b) => a < b ? a : b;

    private static LogCursor Later(LogCursor a, LogCursor b) => a > b ? a : b;
}

/// <param name="Events">Oldest first.</param>
/// <param name="Forward">Token of what comes after them.</param>
/// <param name="Backward">Token of what came before them.</param>
public sealed record StreamPage(IReadOnlyList<LogEvent> Events, string Forward, string Backward);

/// <param name="NextToken">Null when nothing is left.</param>
public sealed record FilteredPage(IReadOnlyList<LogEvent> Events, string? NextToken);

/// <summary>Which events of a batch were not taken, by their places in it.</summary>
/// <param name="TooNewStart">From here on they are more than two hours ahead.</param>
/// <param name="TooOldEnd">Up to here (excluded) they are more than 14 days old.</param>
/// <param name="ExpiredEnd">Up to here (excluded) they are older than the group keeps them.</param>
public sealed record RejectedEvents(int? TooNewStart, int? TooOldEnd, int? ExpiredEnd)
{
    public bool IsNone => this is { TooNewStart: null, TooOldEnd: null, ExpiredEnd: null };

    internal static RejectedEvents Of(IReadOnlyList<LogEntry> entries, long oldest, long? expired, long newest)
    {
        int tooOld = entries.Count(entry => entry.Timestamp < oldest);
        int gone = expired is { } limit ? entries.Count(entry => entry.Timestamp < limit) : 0;
        int tooNew = entries.Count(entry => entry.Timestamp > newest);
        return new RejectedEvents(tooNew > 0 ? entries.Count - tooNew : null, tooOld > 0 ? tooOld : null, gone > 0 ? gone : null);
    }
}
