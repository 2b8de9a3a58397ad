using Lamina.Companions.Logs;
using Lamina.Contract;
using static Lamina.Rooms.Tests.Companions.LogsRoom;

namespace Lamina.Rooms.Tests.Companions;

public sealed class LogEventsTests : IAsyncLifetime
{
    private readonly LogsRoom _room = new();

    public ValueTask InitializeAsync() => new(_room.MakeStreamAsync());

    public ValueTask DisposeAsync() => _room.DisposeAsync();

    [Fact]
    public void Pages_forward_and_backward_put_together_are_the_whole_stream()
    {
        long now = Now;
        _room.Put([.. Enumerable.Range(0, 25).Select(i => Entry(now + i, $"{i}"))]);
        string[] all = [.. Enumerable.Range(0, 25).Select(static i => $"{i}")];

        List<string> forward = [];
        StreamPage page = _room.Get(limit: 10);
        while (page.Events.Count > 0)
        {
            forward.AddRange(Texts(page.Events));
            page = _room.Get(page.Forward, limit: 10);
        }

        Assert.Equal(all, forward);
        Assert.Equal(page.Forward, _room.Get(page.Forward).Forward);

        List<string> backward = [];
        page = _room.Get(limit: 10, fromHead: false);
        while (page.Events.Count > 0)
        {
            backward.InsertRange(0, Texts(page.Events));
            page = _room.Get(page.Backward, limit: 10);
        }

        Assert.Equal(all, backward);
    }

    [Fact]
    public void A_reader_at_the_end_gets_with_his_token_what_is_written_later()
    {
        string token = _room.Get().Forward;
        _room.Put(Entry(Now, "first"));
        StreamPage first = _room.Get(token);
        Assert.Equal(["first"], Texts(first.Events));
        _room.Put(Entry(Now, "second"));
        Assert.Equal(["second"], Texts(_room.Get(first.Forward).Events));
    }

    [Fact]
    public void Events_come_by_their_time_and_then_as_they_were_written()
    {
        long now = Now;
        _room.Put(Entry(now, "b"), Entry(now, "c"));
        _room.Put(Entry(now - 1000, "a"));
        Assert.Equal(["a", "b", "c"], Texts(_room.Get().Events));
        Assert.Equal(["a", "b", "c"], Texts(_room.Filter("").Events));
        Assert.Equal(["b", "c"], Texts(_room.Get(start: now).Events));
        Assert.Equal(["a"], Texts(_room.Get(end: now).Events));
    }

    [Fact]
    public void A_batch_out_of_order_too_wide_or_too_large_is_refused_whole()
    {
        long now = Now;
        Refused("chronological order", Entry(now, "a"), Entry(now - 1, "b"));
        Refused("cannot span more than 24 hours", Entry(now - 86_400_001, "a"), Entry(now, "b"));
        string half = new('x', 600_000);
        Refused("Upload too large: 1200052 bytes exceeds limit of 1048576", Entry(now, half), Entry(now, half));
        Assert.Empty(_room.Get().Events);
    }

    [Fact]
    public void Events_too_old_and_too_new_are_left_out_and_told()
    {
        long now = Now;
        long day = 86_400_000;
        Assert.Equal(new RejectedEvents(null, 1, null), _room.Put(Entry(now - (14 * day) - 60_000, "old"), Entry(now - (14 * day) + 60_000, "not so old")));
        Assert.Equal(new RejectedEvents(1, null, null), _room.Put(Entry(now, "now"), Entry(now + 8_000_000, "ahead")));
        Assert.Equal(["not so old", "now"], Texts(_room.Get().Events));
    }

    [Fact]
    public async Task Retention_hides_what_is_older_and_refuses_it_at_the_door()
    {
        long now = Now;
        _room.Put(Entry(now - (2 * 86_400_000), "old"));
        _room.Put(Entry(now, "new"));
        await _room.Groups.SetRetentionAsync(Owner, Group, 1, CancellationToken.None);
        Assert.Equal(["new"], Texts(_room.Get().Events));
        Assert.Equal(1, _room.Put(Entry(now - (2 * 86_400_000), "old")).ExpiredEnd);
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.Groups.SetRetentionAsync(Owner, Group, 2, CancellationToken.None));
        Assert.Equal("InvalidParameterException", refused.Code);
    }

    [Fact]
    public void What_is_filtered_comes_in_pages_of_all_streams()
    {
        _room.Groups.CreateStream(Owner, Group, "other");
        long now = Now;
        _room.Put(Entry(now, "ERROR 1"), Entry(now + 2, "fine"), Entry(now + 4, "ERROR 3"));
        _room.Events.Put(Owner, Group, "other", [Entry(now + 1, "ERROR 2")]);
        FilteredPage first = _room.Filter("ERROR", limit: 2);
        Assert.Equal(["ERROR 1", "ERROR 2"], Texts(first.Events));
        FilteredPage second = _room.Filter("ERROR", first.NextToken, limit: 2);
        Assert.Equal(["ERROR 3"], Texts(second.Events));
        Assert.Null(second.NextToken);
    }

    [Theory]
    [InlineData("x/1")]
    [InlineData("f/1")]
    [InlineData("f/99999999999999999999999999999999999999999999999999999999")]
    public void A_token_that_was_never_given_is_refused(string token) =>
        Assert.Equal("InvalidParameterException", Assert.Throws<AwsError>(() => _room.Get(token)).Code);

    [Fact]
    public void Groups_and_streams_that_are_not_there_are_not_found()
    {
        AwsError group = Assert.Throws<AwsError>(() => _room.Events.Put(Owner, "/none", StreamName, [Entry(Now, "a")]));
        Assert.Equal(("ResourceNotFoundException", "The specified log group does not exist."), (group.Code, group.Message));
        AwsError stream = Assert.Throws<AwsError>(() => _room.Events.Put(Owner, Group, "none", [Entry(Now, "a")]));
        Assert.Equal(("ResourceNotFoundException", "The specified log stream does not exist."), (stream.Code, stream.Message));
        Assert.Throws<AwsError>(() => _room.Groups.Get(S3Room.CallerOf("111111111111"), Group));
    }

    private void Refused(string text, params LogEntry[] entries)
    {
        AwsError refused = Assert.Throws<AwsError>(() => _room.Put(entries));
        Assert.Equal("InvalidParameterException", refused.Code);
        Assert.Contains(text, refused.Message, StringComparison.Ordinal);
    }
}
