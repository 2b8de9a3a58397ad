using System.Buffers;
using System.Text;
using Lamina.Contract;
using Lamina.Execution;

namespace Lamina.Rooms.Tests.Execution;

public sealed class FunctionLogsTests
{
    private static readonly FunctionArn Arn = new("us-east-1", AccountId.Default, "f");

    [Fact]
    public void The_oldest_lines_go_when_the_ring_is_full()
    {
        FunctionLogs logs = new(10_000, 1_000_000, TimeProvider.System);
        EnvironmentLog log = new(logs.RingOf(Arn), "s");

        for (int i = 0; i < 1_000; i++)
        {
            log.AppendText(Encoding.UTF8.GetBytes($"{i:D4}"));
        }

        IReadOnlyList<LogLine> kept = logs.Read(Arn, 0);

        // A line of four bytes costs 28.
        Assert.Equal(357, kept.Count);
        Assert.Equal("0643", ExecutionHouse.Text(kept[0].Message));
        Assert.Equal("0999", ExecutionHouse.Text(kept[^1].Message));
        Assert.Equal([1_000L], logs.Read(Arn, 999).Select(line => line.Sequence));
    }

    [Fact]
    public void Many_functions_share_what_is_kept_and_one_that_is_gone_keeps_nothing()
    {
        FunctionLogs logs = new(50_000, 100_000, TimeProvider.System);
        FunctionArn[] all = [.. Enumerable.Range(0, 10).Select(static number => Arn with { Name = $"f{number}" })];
        foreach (FunctionArn one in all)
        {
            EnvironmentLog log = new(logs.RingOf(one), "s");
            for (int i = 0; i < 1_000; i++)
            {
                log.AppendText(Encoding.UTF8.GetBytes($"{i:D4}"));
            }
        }

        Assert.All(all, one => Assert.InRange(logs.Read(one, 0).Count, 300, 900));
        Assert.All(all, one => Assert.Equal("0999", ExecutionHouse.Text(logs.Read(one, 0)[^1].Message)));

        logs.Forget(all[3]);
        Assert.Empty(logs.Read(all[3], 0));
        new EnvironmentLog(logs.RingOf(all[3]), "s").AppendText("again"u8);
        Assert.Equal([1_001L], logs.Read(all[3], 0).Select(static line => line.Sequence));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Lines_of_any_length_come_back_as_they_were_and_the_newest_are_there(int seed)
    {
        const int Capacity = 5_000;
        Random random = new(seed);
        LogRing ring = new(Capacity, TimeProvider.System);
        List<LogLine> all = [];
        for (int i = 0; i < 2_000; i++)
        {
            byte[] message = new byte[random.Next(50) == 0 ? random.Next(3 * Capacity) : random.Next(200)];
            random.NextBytes(message);
            all.Add(ring.Append($"s{random.Next(3)}", message));
            if (random.Next(200) == 0)
            {
                ring.Shrink(Capacity);
            }

            IReadOnlyList<LogLine> kept = ring.Read(0);
            Assert.True(kept.Count > 0 && kept.SequenceEqual(all.TakeLast(kept.Count), SameLine.Instance));
            Assert.True(kept.Count == 1 || kept.Sum(static line => line.Message.Length + 24) <= Capacity);
            Assert.Equal(kept[^1].Sequence, Assert.Single(ring.Read(all.Count - 1)).Sequence);
        }

        ring.Clear();
        Assert.Empty(ring.Read(0));
    }

    [Theory]
    [InlineData("one\rtwo\r\r", "one\ntwo\n")]
    [InlineData("from elsewhere\r", "from elsewhere")]
    [InlineData("", "")]
    public void Carriage_returns_stand_between_the_lines_of_one_event(string written, string expected)
    {
        FunctionLogs logs = new(10_000, 1_000_000, TimeProvider.System);
        EnvironmentLog log = new(logs.RingOf(Arn), "s");

        log.BeginTail();
        log.AppendOutput(OutputSource.Function, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(written)));

        Assert.Equal(expected, ExecutionHouse.Text(logs.Read(Arn, 0)[0].Message));
        Assert.Equal(expected + "\n", ExecutionHouse.Text(log.EndTail()));
    }

    [Fact]
    public async Task A_follower_gets_what_is_kept_and_all_that_comes()
    {
        FunctionLogs logs = new(10_000, 1_000_000, TimeProvider.System);
        EnvironmentLog log = new(logs.RingOf(Arn), "s");
        log.AppendText("old"u8);
        List<string> seen = [];

        await foreach (LogLine line in logs.FollowAsync(Arn, 0, TestContext.Current.CancellationToken))
        {
            seen.Add(ExecutionHouse.Text(line.Message));
            if (seen.Count == 3)
            {
                break;
            }

            log.AppendText(Encoding.UTF8.GetBytes($"new {seen.Count}"));
        }

        Assert.Equal(["old", "new 1", "new 2"], seen);
    }

    [Fact]
    public async Task A_follower_that_is_too_slow_hears_how_much_it_missed()
    {
        LogRing ring = new(10_000, TimeProvider.System);
        using LogFollower follower = ring.Follow(0);
        for (int i = 0; i < 5_000; i++)
        {
            ring.Append("s", "x"u8.ToArray());
        }

        string last = "";
        await foreach (LogLine line in follower.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            last = ExecutionHouse.Text(line.Message);
            if (last != "x")
            {
                break;
            }
        }

        Assert.Equal("[904 log lines were dropped: reader too slow]", last);
    }

    [Fact]
    public void The_tail_is_the_last_4_KB_since_it_began()
    {
        EnvironmentLog log = new(new LogRing(100_000, TimeProvider.System), "s");
        log.AppendText("before"u8);
        log.BeginTail();
        for (int i = 0; i < 1_000; i++)
        {
            log.AppendText(Encoding.UTF8.GetBytes($"{i:D9}"));
        }

        string tail = ExecutionHouse.Text(log.EndTail());

        Assert.Equal(4_096, tail.Length);
        Assert.EndsWith("000000998\n000000999\n", tail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_tail_is_whole()
    {
        EnvironmentLog log = new(new LogRing(100_000, TimeProvider.System), "s");
        log.BeginTail();
        log.AppendText("a"u8);
        log.AppendText("b"u8);

        Assert.Equal("a\nb\n", ExecutionHouse.Text(log.EndTail()));
    }

    private sealed class SameLine : IEqualityComparer<LogLine>
    {
        public static readonly SameLine Instance = new();

        public bool Equals(LogLine one, LogLine other) =>
            (one.Sequence, one.Time, one.Stream) == (other.Sequence, other.Time, other.Stream) && one.Message.Span.SequenceEqual(other.Message.Span);

        public int GetHashCode(LogLine line) => line.Sequence.GetHashCode();
    }
}
