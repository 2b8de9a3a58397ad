using System.Text;
using System.Threading.Channels;
using Lamina.Contract;

namespace Lamina.Companions.Logs;

/// <summary>
/// Takes the lines of functions as they come and writes them behind. Groups and streams are made as lines ask for them. Who writes
/// faster than the disk loses lines and finds in the log how many; nobody waits.
/// </summary>
public sealed class LogWriter : IAsyncDisposable
{
    private readonly Channel<Line> _lines = Channel.CreateUnbounded<Line>(new UnboundedChannelOptions { SingleReader = true });
    private readonly LogGroups _groups;
    private readonly LogStore _store;
    private readonly TimeProvider _time;
    private readonly Action<Exception> _reportFailure;
    private readonly Task _loop;
    private long _waitingBytes;
    private long _dropped;

    /// <param name="store">Outlives this loop.</param>
    /// <param name="reportFailure">Told of lines that could not be written.</param>
    public LogWriter(LogGroups groups, LogStore store, TimeProvider time, Action<Exception> reportFailure)
    {
        _groups = groups;
        _store = store;
        _time = time;
        _reportFailure = reportFailure;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Never waits and never throws.</summary>
    public void Append(AccountId account, string region, string group, string stream, DateTimeOffset at, ReadOnlyMemory<byte> message)
    {
        if (Interlocked.Add(ref _waitingBytes, message.Length) > Limits.LogLinesWaitingBytes)
        {
            Interlocked.Add(ref _waitingBytes, -message.Length);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _lines.Writer.TryWrite(new Line(new Target(account.Value, region, group, stream), new LogEntry(at.ToUnixTimeMilliseconds(), message)));
    }

    /// <summary>What was appended is written first.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        List<Line> batch = [];
        while (await _lines.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < Limits.LogEventPage && _lines.Reader.TryRead(out Line line))
            {
                batch.Add(line);
            }

            foreach (IGrouping<Target, Line> lines in batch.GroupBy(static line => line.Target))
            {
                await WriteAsync(lines.Key, [.. lines.Select(static line => line.Entry)]);
            }
        }
    }

    private async Task WriteAsync(Target target, List<LogEntry> entries)
    {
        Interlocked.Add(ref _waitingBytes, -entries.Sum(static entry => (long)entry.Message.Length));
        try
        {
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and long dropped)
            {
                entries.Add(new LogEntry(entries[^1].Timestamp, Encoding.UTF8.GetBytes($"[{dropped} log lines of functions were dropped: the disk is too slow]")));
            }

            LogGroup group = await _groups.GetOrCreateAsync(target.Account, target.Region, target.Group, CancellationToken.None);
            GroupLog log = _store.Of(group);
            DateTimeOffset now = _time.GetUtcNow();
            if (group.RetentionInDays is { } days)
            {
                log.Expire((now - TimeSpan.FromDays(days)).ToUnixTimeMilliseconds());
            }

            // Empty messages are no events for CloudWatch.
            LogEntry[] written = [.. entries.Where(static entry => !entry.Message.IsEmpty)];
            if (written.Length > 0)
            {
                log.Append(target.Stream, written, now.ToUnixTimeMilliseconds(), durable: false);
            }
        }
        catch (Exception failure)
        {
            // The disk may be full; the functions and their other logs go on.
            _reportFailure(failure);
        }
    }

    private readonly record struct Target(string Account, string Region, string Group, string Stream);

    private readonly record struct Line(Target Target, LogEntry Entry);
}
