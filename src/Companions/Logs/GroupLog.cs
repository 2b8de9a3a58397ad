using System.Buffers;
using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Companions.Logs;

/// <summary>
/// Streams and events of one group: a folder of segments, written at the end of the newest, let go from the oldest when the group has
/// its full size or their time is over. What streams there are is kept in memory, and read from the segments when the group is opened.
/// </summary>
internal sealed class GroupLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly int _segmentBytes;
    private readonly long _groupBytes;
    private readonly OpenLogs _open;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal); // of the newest segment
    private readonly ArrayBufferWriter<byte> _output = new();
    private ImmutableSortedDictionary<string, LogStream> _streams = ImmutableSortedDictionary.Create<string, LogStream>(StringComparer.Ordinal);
    private ImmutableList<LogSegment> _segments = [];
    private SegmentFile? _newest;
    private int _lastNumber; // of _numbers; 0 until this process has begun a segment
    private bool _closed;

    private GroupLog(string folder, OpenLogs open, int segmentBytes, long groupBytes)
    {
        _open = open;
        _folder = folder;
        _segmentBytes = segmentBytes;
        _groupBytes = groupBytes;
    }

    /// <summary>By their names.</summary>
    public ImmutableSortedDictionary<string, LogStream> Streams
    {
        get
        {
            lock (_lock)
            {
                return _streams;
            }
        }
    }

    public long StoredBytes
    {
        get
        {
            lock (_lock)
            {
                return _segments.Sum(static segment => (long)segment.Length);
            }
        }
    }

    public static GroupLog Open(string folder, OpenLogs open, int segmentBytes = Limits.LogSegmentBytes, long groupBytes = Limits.LogGroupBytes)
    {
        Directory.CreateDirectory(folder);
        GroupLog log = new(folder, open, segmentBytes, groupBytes);
        foreach (LogSegment segment in LogSegment.List(folder))
        {
            log.Load(segment);
        }

        return log;
    }

    /// <summary>False when there is one of this name. Durable on return.</summary>
    public bool TryCreateStream(string name, long now)
    {
        SegmentFile written;
        lock (_lock)
        {
            if (_streams.ContainsKey(name))
            {
                return false;
            }

            Begin_NeedsLock();
            NumberOf_NeedsLock(name, now);
            written = Write_NeedsLock();
        }

        written.FlushAndRelease();
        _open.Use(this);
        return true;
    }

    /// <summary>False when there is none of this name. Durable on return.</summary>
    public bool TryDeleteStream(string name)
    {
        SegmentFile written;
        lock (_lock)
        {
            if (!_streams.ContainsKey(name))
            {
                return false;
            }

            Begin_NeedsLock();
            LogRecord.WriteDeletion(_output, NumberOf_NeedsLock(name, 0));
            written = Write_NeedsLock();
            _streams = _streams.Remove(name);
            _numbers.Remove(name);
        }

        written.FlushAndRelease();
        _open.Use(this);
        return true;
    }

    /// <summary>Writes events of one stream, which is made when it is not there.</summary>
    /// <param name="durable">Whether they must be on disk on return, or may follow.</param>
    public void Append(string stream, IReadOnlyList<LogEntry> entries, long now, bool durable) => Append([new StreamEntries(stream, entries)], now, durable);

    /// <summary>
    /// Writes events of streams, which are made when they are not there, all in one piece. Who must have them on disk waits for that
    /// outside the lock: writers and readers of the group go on meanwhile, and see the events already.
    /// </summary>
    /// <param name="batches">Each with an event at least.</param>
    /// <param name="durable">Whether they must be on disk on return, or may follow.</param>
    public void Append(IReadOnlyList<StreamEntries> batches, long now, bool durable)
    {
        SegmentFile written;
        lock (_lock)
        {
            if (_closed)
            {
                return; // the group was deleted meanwhile, and this with it
            }

            Begin_NeedsLock();
            LogSegment segment = _segments[^1];
            foreach ((string stream, IReadOnlyList<LogEntry> entries) in batches)
            {
                int number = NumberOf_NeedsLock(stream, now);
                (long oldest, long newest) = (long.MaxValue, long.MinValue);
                foreach (LogEntry entry in entries)
                {
                    LogRecord.WriteEvent(_output, number, entry.Timestamp, now, entry.Message.Span);
                    (oldest, newest) = (Math.Min(oldest, entry.Timestamp), Math.Max(newest, entry.Timestamp));
                }

                segment = segment.With(oldest).With(newest);
                Note_NeedsLock(stream, oldest, newest, now);
            }

            _segments = _segments.SetItem(_segments.Count - 1, segment);
            written = Write_NeedsLock();
        }

        if (durable)
        {
            written.FlushAndRelease();
        }
        else
        {
            written.Release();
        }

        _open.Use(this);
    }

    /// <summary>Lets go what is over: segments whose newest event is older than <paramref name="oldest"/>.</summary>
    public void Expire(long oldest)
    {
        lock (_lock)
        {
            // The newest stays: it is being written.
            while (_segments.Count > 1 && (_segments[0].NewestEvent ?? long.MinValue) < oldest)
            {
                DropOldest_NeedsLock();
            }
        }
    }

    /// <summary>
    /// Events between two cursors, both included, of the streams that <paramref name="wanted"/> takes, in order: the
    /// <paramref name="limit"/> first of them, or the last when <paramref name="fromEnd"/>, and no more than <paramref name="bytes"/>.
    /// </summary>
    /// <param name="matches">Sees the message.</param>
    public LogPage Read(
        LogCursor from, LogCursor to, Func<string, bool> wanted, Func<ReadOnlyMemory<byte>, bool>? matches, int limit, long bytes, bool fromEnd)
    {
        (ImmutableList<LogSegment> segments, ImmutableSortedDictionary<string, LogStream> streams) = Snapshot();
        List<LogEvent> found = [];
        foreach (LogSegment segment in segments)
        {
            if (segment.MayHold(from, to) && segment.TryRead() is { } content)
            {
                Collect(segment, content, streams, wanted, found, from, to, matches);
            }
        }

        found.Sort(static (a, b) => LogCursor.Of(a).CompareTo(LogCursor.Of(b)));
        return Cut(found, limit, bytes, fromEnd);
    }

    public void Flush()
    {
        SegmentFile? newest;
        lock (_lock)
        {
            newest = _newest?.Hold();
        }

        newest?.FlushAndRelease();
    }

    /// <summary>Closes its file until it is written to again. What was written is the kernel's to bring to the disk, as before.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            _newest?.Release();
            _newest = null;
        }
    }

    /// <summary>What is appended from now on is lost; the folder may be removed.</summary>
    public void Dispose()
    {
        _open.Remove(this);
        lock (_lock)
        {
            _closed = true;
            _newest?.Release();
            _newest = null;
        }
    }

    private static void Collect(
        LogSegment segment,
        byte[] content,
        ImmutableSortedDictionary<string, LogStream> streams,
        Func<string, bool> wanted,
        List<LogEvent> found,
        LogCursor from,
        LogCursor to,
        Func<ReadOnlyMemory<byte>, bool>? matches)
    {
        // By the number in this segment: the stream, or null when nobody wants it or it is deleted.
        Dictionary<int, LogStream?> numbers = [];
        int offset = 0;
        while (LogRecord.TryRead(content, offset, out LogRecord record, out int next))
        {
            LogPosition position = new(segment.Number, offset);
            if (record.Kind == LogRecordKind.Stream)
            {
                string name = LogSegment.NameOf(record);
                numbers[record.Stream] = wanted(name) ? streams.GetValueOrDefault(name) : null;
            }
            else if (record.Kind == LogRecordKind.Event && numbers.GetValueOrDefault(record.Stream) is { } stream && position >= stream.Since)
            {
                LogCursor cursor = new(record.Time, position);
                ReadOnlyMemory<byte> message = content.AsMemory(next - record.Content.Length, record.Content.Length);
                if (cursor >= from && cursor <= to && matches?.Invoke(message) != false)
                {
                    found.Add(new LogEvent(stream.Name, record.Time, record.IngestionTime, message, position));
                }
            }

            offset = next;
        }
    }

    private static LogPage Cut(List<LogEvent> found, int limit, long bytes, bool fromEnd)
    {
        int count = 0;
        long size = 0;
        while (count < found.Count && count < limit)
        {
            LogEvent next = found[fromEnd ? found.Count - 1 - count : count];
            size += next.Message.Length + Limits.LogEventOverheadBytes;
            if (size > bytes && count > 0)
            {
                break;
            }

            count++;
        }

        return new LogPage(found.GetRange(fromEnd ? found.Count - count : 0, count), IsWhole: count == found.Count);
    }

    private (ImmutableList<LogSegment> Segments, ImmutableSortedDictionary<string, LogStream> Streams) Snapshot()
    {
        lock (_lock)
        {
            return (_segments, _streams);
        }
    }

    /// <summary>Reads what an earlier process left, and cuts off what it left half written.</summary>
    private void Load(LogSegment segment)
    {
        int length = checked((int)new FileInfo(segment.Path).Length);
        byte[] content = (segment with { Length = length }).TryRead() ?? [];
        Dictionary<int, string> names = [];
        int offset = 0;
        while (LogRecord.TryRead(content, offset, out LogRecord record, out int next))
        {
            LogPosition position = new(segment.Number, offset);
            switch (record.Kind)
            {
                case LogRecordKind.Stream:
                    names[record.Stream] = LogSegment.NameOf(record);
                    Know_NeedsLock(names[record.Stream], record.Time, position);
                    break;
                case LogRecordKind.Event when names.TryGetValue(record.Stream, out string? name):
                    segment = segment.With(record.Time);
                    Note_NeedsLock(name, record.Time, record.Time, record.IngestionTime);
                    break;
                case LogRecordKind.Deletion when names.Remove(record.Stream, out string? name):
                    _streams = _streams.Remove(name);
                    break;
            }

            offset = next;
        }

        if (offset < length)
        {
            using FileStream file = new(segment.Path, FileMode.Open, FileAccess.Write);
            file.SetLength(offset);
        }

        _segments = _segments.Add(segment with { Length = offset });
    }

    /// <summary>Makes room: a new segment when the newest is full, and the oldest goes when the group is.</summary>
    private void Begin_NeedsLock()
    {
        _output.ResetWrittenCount();
        if (_newest is null && _lastNumber > 0)
        {
            // It rests.
            _newest = new SegmentFile(_segments[^1].Path, FileMode.OpenOrCreate);
        }

        if (_newest is not null && _segments[^1].Length < _segmentBytes)
        {
            return;
        }

        // One that an earlier process began is left as it is: its streams' numbers are not known any more.
        _newest?.Release();
        LogSegment segment = LogSegment.New(_folder, _segments.Count == 0 ? 1 : _segments[^1].Number + 1);
        _newest = new SegmentFile(segment.Path, FileMode.CreateNew);
        _segments = _segments.Add(segment);
        _numbers.Clear();
        _lastNumber = 0;
        while (_segments.Count > 1 && _segments.Sum(static held => (long)held.Length) > _groupBytes - _segmentBytes)
        {
            DropOldest_NeedsLock();
        }
    }

    private int NumberOf_NeedsLock(string stream, long now)
    {
        if (_numbers.TryGetValue(stream, out int number))
        {
            return number;
        }

        // A number is never given twice in a segment, not even a deleted stream's.
        number = ++_lastNumber;
        _numbers.Add(stream, number);
        long creation = _streams.TryGetValue(stream, out LogStream? known) ? known.CreationTime : now;
        LogPosition position = new(_segments[^1].Number, _segments[^1].Length + _output.WrittenCount);
        LogRecord.WriteStream(_output, number, creation, stream);
        Know_NeedsLock(stream, creation, position);
        return number;
    }

    /// <returns>What was written to, held for the caller: another segment may be the newest before it is flushed.</returns>
    private SegmentFile Write_NeedsLock()
    {
        LogSegment segment = _segments[^1];
        _newest!.Write(_output.WrittenSpan, segment.Length);
        _segments = _segments.SetItem(_segments.Count - 1, segment with { Length = segment.Length + _output.WrittenCount });
        return _newest.Hold();
    }

    private void Know_NeedsLock(string name, long creation, LogPosition position) => _streams = _streams.SetItem(
        name,
        _streams.TryGetValue(name, out LogStream? known)
            ? known with { LastSegment = position.Segment }
            : new LogStream { Name = name, CreationTime = creation, Since = position, LastSegment = position.Segment });

    private void Note_NeedsLock(string name, long oldest, long newest, long ingestion)
    {
        if (_streams.TryGetValue(name, out LogStream? stream))
        {
            _streams = _streams.SetItem(name, stream with
            {
                FirstEventTime = Math.Min(stream.FirstEventTime ?? long.MaxValue, oldest),
                LastEventTime = Math.Max(stream.LastEventTime ?? long.MinValue, newest),
                LastIngestionTime = ingestion,
            });
        }
    }

    private void DropOldest_NeedsLock()
    {
        LogSegment oldest = _segments[0];
        File.Delete(oldest.Path);
        _segments = _segments.RemoveAt(0);
        foreach (LogStream stream in _streams.Values.Where(stream => stream.LastSegment <= oldest.Number).ToList())
        {
            _streams = _streams.Remove(stream.Name);
        }
    }
}

/// <param name="Events">Oldest first.</param>
/// <param name="IsWhole">Nothing that was asked for is left out.</param>
internal sealed record LogPage(IReadOnlyList<LogEvent> Events, bool IsWhole);

/// <summary>Events of one stream, in order.</summary>
internal readonly record struct StreamEntries(string Stream, IReadOnlyList<LogEntry> Entries);
