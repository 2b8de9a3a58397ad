using System.Text;
using Lamina.Companions.Logs;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;
using static Lamina.Rooms.Tests.Companions.LogsRoom;

namespace Lamina.Rooms.Tests.Companions;

public sealed class LogStorageTests
{
    [Fact]
    public async Task Streams_and_events_are_there_after_a_restart()
    {
        await using LogsRoom room = new();
        await room.MakeStreamAsync();
        room.Groups.CreateStream(Owner, Group, "empty");
        long now = Now;
        room.Put(Entry(now, "before"));
        await room.ReopenAsync();
        room.Put(Entry(now + 1, "after"));
        await room.ReopenAsync();
        Assert.Equal(["before", "after"], Texts(room.Get().Events));
        LogStream[] streams = [.. room.Groups.ListStreams(room.Groups.Get(Owner, Group))];
        Assert.Equal(["empty", StreamName], streams.Select(static stream => stream.Name));
        Assert.Equal((now, now + 1), (streams[1].FirstEventTime, streams[1].LastEventTime));
        Assert.Null(streams[0].LastEventTime);
    }

    [Fact]
    public async Task What_a_crash_left_half_written_is_cut_off_and_what_stood_before_is_there()
    {
        await using LogsRoom room = new();
        await room.MakeStreamAsync();
        room.Put(Entry(Now, "whole"));
        string segment = Assert.Single(Directory.GetFiles(room.LogsFolder, "*.log", SearchOption.AllDirectories));
        await room.Store.DisposeAsync();
        long whole = new FileInfo(segment).Length;
        await using (FileStream file = new(segment, FileMode.Append))
        {
            file.Write([40, 0, 0, 0, 1, 2, 3, 4, 2, 1]);
        }

        await room.ReopenAsync();
        Assert.Equal(["whole"], Texts(room.Get().Events));
        Assert.Equal(whole, new FileInfo(segment).Length);
    }

    [Fact]
    public async Task A_stream_made_again_has_nothing_of_the_deleted_one()
    {
        await using LogsRoom room = new();
        await room.MakeStreamAsync();
        room.Put(Entry(Now, "of the first"));
        room.Groups.DeleteStream(Owner, Group, StreamName);
        Assert.Throws<AwsError>(() => room.Get());
        room.Groups.CreateStream(Owner, Group, StreamName);
        room.Put(Entry(Now, "of the second"));
        Assert.Equal(["of the second"], Texts(room.Get().Events));
        await room.ReopenAsync();
        Assert.Equal(["of the second"], Texts(room.Get().Events));
        Assert.Equal("ResourceAlreadyExistsException", Assert.Throws<AwsError>(() => room.Groups.CreateStream(Owner, Group, StreamName)).Code);
    }

    [Fact]
    public async Task A_deleted_group_takes_its_files_along_and_a_protected_one_stays()
    {
        await using LogsRoom room = new();
        await room.MakeStreamAsync();
        room.Put(Entry(Now, "a"));
        await room.Groups.DeleteAsync(Owner, Group, CancellationToken.None);
        Assert.Empty(Directory.GetDirectories(room.LogsFolder));
        Assert.Throws<AwsError>(() => room.Groups.Get(Owner, Group));

        await room.Groups.CreateAsync(Owner, Group, null, null, isProtected: true, tags: null, CancellationToken.None);
        await Assert.ThrowsAsync<AwsError>(() => room.Groups.DeleteAsync(Owner, Group, CancellationToken.None));
        Assert.Equal(Group, room.Groups.Get(Owner, Group).Name);
    }

    [Fact]
    public async Task A_folder_whose_group_is_gone_is_removed_at_the_next_start()
    {
        await using LogsRoom room = new();
        await room.MakeStreamAsync();
        string orphan = Path.Combine(room.LogsFolder, "0123456789abcdef");
        Directory.CreateDirectory(orphan);
        await room.ReopenAsync();
        Assert.False(Directory.Exists(orphan));
        Assert.Single(Directory.GetDirectories(room.LogsFolder));
    }

    [Fact]
    public async Task Events_flushed_while_others_begin_new_segments_are_all_there()
    {
        using TestFolder folder = new();
        using (GroupLog log = GroupLog.Open(folder.Below("group"), new OpenLogs(1), segmentBytes: 512))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    log.Append($"stream {writer}", [new LogEntry(i, Encoding.UTF8.GetBytes($"{writer}/{i}"))], now: i, durable: true);
                }
            })));
        }

        using GroupLog again = GroupLog.Open(folder.Below("group"), new OpenLogs(1));
        Assert.True(Directory.GetFiles(folder.Below("group")).Length > 4);
        LogPage page = again.Read(LogCursor.First, LogCursor.Last, static _ => true, null, int.MaxValue, long.MaxValue, fromEnd: false);
        Assert.Equal(
            Enumerable.Range(0, 4).SelectMany(static writer => Enumerable.Range(0, 50).Select(i => $"{writer}/{i}")).Order(StringComparer.Ordinal),
            Texts(page.Events).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_many_groups_few_have_a_file_open_and_none_begins_another_for_that()
    {
        const int Groups = 10;
        using TestFolder folder = new();
        OpenLogs open = new(2);
        GroupLog[] logs = [.. Enumerable.Range(0, Groups).Select(number => GroupLog.Open(folder.Below($"group{number}"), open))];
        for (int i = 0; i < 5; i++)
        {
            foreach (GroupLog log in logs)
            {
                log.Append("s", [new LogEntry(i, Encoding.UTF8.GetBytes($"line {i}"))], now: i, durable: i % 2 == 0);
            }
        }

        int held = Directory.GetFiles("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget?.StartsWith(folder.Below("group"), StringComparison.Ordinal) == true);
        Assert.InRange(held, 1, 2);
        foreach (GroupLog log in logs)
        {
            LogPage page = log.Read(LogCursor.First, LogCursor.Last, static _ => true, null, int.MaxValue, long.MaxValue, fromEnd: false);
            Assert.Equal(Enumerable.Range(0, 5).Select(static i => $"line {i}"), Texts(page.Events));
            log.Dispose();
        }

        Assert.All(Enumerable.Range(0, Groups), number => Assert.Single(Directory.GetFiles(folder.Below($"group{number}"))));
    }

    [Fact]
    public void A_full_group_lets_its_oldest_events_go_and_never_grows_beyond_its_size()
    {
        const int SegmentBytes = 4_096;
        const long GroupBytes = 5 * SegmentBytes;
        using TestFolder folder = new();
        using GroupLog log = GroupLog.Open(folder.Below("group"), new OpenLogs(1), SegmentBytes, GroupBytes);
        Assert.True(log.TryCreateStream("silent", 1));
        for (int i = 0; i < 1_000; i++)
        {
            log.Append("s", [new LogEntry(i, Encoding.UTF8.GetBytes($"line {i:D4}"))], now: i, durable: false);
            Assert.InRange(Directory.GetFiles(folder.Below("group")).Sum(static file => new FileInfo(file).Length), 1, GroupBytes);
        }

        LogPage page = log.Read(LogCursor.First, LogCursor.Last, static _ => true, null, int.MaxValue, long.MaxValue, fromEnd: false);
        int first = 1_000 - page.Events.Count;
        Assert.InRange(first, 1, 999);
        Assert.Equal(Enumerable.Range(first, page.Events.Count).Select(static i => $"line {i:D4}"), Texts(page.Events));
        // The stream that nobody wrote to since went with the segment that knew it.
        Assert.Equal(["s"], log.Streams.Keys);
    }

    [Fact]
    public async Task Lines_of_functions_are_written_behind_and_make_their_group_and_stream()
    {
        await using LogsRoom room = new();
        List<Exception> failures = [];
        await using (LogWriter writer = new(room.Groups, room.Store, TimeProvider.System, failures.Add))
        {
            for (int i = 0; i < 500; i++)
            {
                writer.Append(Owner.Account, Owner.Region, Group, $"s{i % 3}", DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes($"line {i}"));
            }

            writer.Append(Owner.Account, Owner.Region, Group, "s0", DateTimeOffset.UtcNow, ReadOnlyMemory<byte>.Empty);
        }

        Assert.Empty(failures);
        Assert.Equal(500, room.Filter("").Events.Count);
        Assert.Equal(["s0", "s1", "s2"], room.Groups.ListStreams(room.Groups.Get(Owner, Group)).Select(static stream => stream.Name));
    }
}
