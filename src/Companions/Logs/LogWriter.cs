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
    /// <summary>After each write: lines that come close behind each other are written together. One that comes alone waits for nothing.</summary>
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(5);

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

        _lines.Writer.TryWrite(new Line(new Target(account.Value, region, group), stream, new LogEntry(at.ToUnixTimeMilliseconds(), message)));
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
            long bytes = 0;
            while (batch.Count < Limits.LogEventPage && bytes < Limits.LogBatchBytes && _lines.Reader.TryRead(out Line line))
            {
                batch.Add(line);
                bytes += line.Entry.Message.Length;
            }

            Interlocked.Add(ref _waitingBytes, -bytes);
            foreach (IGrouping<Target, Line> lines in batch.GroupBy(static line => line.Target))
            {
                await WriteAsync(lines.Key, lines);
            }

            // By the machine's clock, whatever the lines' times are taken from.
            await Task.Delay(BetweenWrites, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task WriteAsync(Target target, IEnumerable<Line> lines)
    {
        try
        {
            // Empty messages are no events for CloudWatch.
            List<StreamEntries> streams =
            [
                .. lines.Where(static line => !line.Entry.Message.IsEmpty)
                    .GroupBy(static line => line.Stream, static (stream, ofIt) => new StreamEntries(stream, [.. ofIt.Select(static line => line.Entry)])),
            ];
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and long dropped)
            {
                Line last = lines.Last();
                byte[] text = Encoding.UTF8.GetBytes($"[{dropped} log lines of functions were dropped: the disk is too slow]");
                streams.Add(new StreamEntries(last.Stream, [new LogEntry(last.Entry.Timestamp, text)]));
            }

            LogGroup group = await _groups.GetOrCreateAsync(target.Account, target.Region, target.Group, CancellationToken.None);
            GroupLog log = _store.Of(group);
            DateTimeOffset now = _time.GetUtcNow();
            if (group.RetentionInDays is { } days)
            {
                log.Expire((now - TimeSpan.FromDays(days)).ToUnixTimeMilliseconds());
            }

            if (streams.Count > 0)
            {
                log.Append(streams, now.ToUnixTimeMilliseconds(), durable: false);
            }
        }
        catch (Exception failure)
        {
            // The disk may be full; the functions and their other logs go on.
            _reportFailure(failure);
        }
    }

    private readonly record struct Target(string Account, string Region, string Group);

    private readonly record struct Line(Target Target, string Stream, LogEntry Entry);
}
