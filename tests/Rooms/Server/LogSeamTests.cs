using System.Text;
using Lamina.Companions.Logs;
using Lamina.Execution;
using Lamina.Server.Internal;

namespace Lamina.Rooms.Tests.Server;

public sealed class LogSeamTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_000);

    /// <summary>Lines as <c>TIME TEXT</c>, the platform's with a bar at their end: what the group has, what memory has, and what of the group is shown before memory's.</summary>
    [Theory]
    [InlineData("1 a,2 b", "", "a,b")]
    [InlineData("", "1 a", "")]
    [InlineData("1 a,2 b,3 c", "3 c,4 d", "a,b")]
    [InlineData("1 a,3 b,3 c", "3 c,4 d", "a,b")]
    [InlineData("3 same,3 same,3 same", "3 same,4 d", "same,same")]
    [InlineData("1 a", "3 not stored yet,4 d", "a")]
    [InlineData("3 a", "3 b,3 not stored yet", "a")]
    [InlineData("3 b", "3 b,3 b", "")]
    [InlineData("1 START|,2 a,3 END|", "3 END|,4 REPORT|", "START,a")]
    public void A_line_is_shown_once_and_none_is_lost_between_group_and_memory(string stored, string recent, string shown) => Assert.Equal(
        shown,
        string.Join(
            ',',
            LogSeam.Older([.. Lines(stored).Select(StoredLine)], [.. Lines(recent).Select(RecentLine)])
                .Select(static message => Encoding.UTF8.GetString(message.Span))));

    [Fact]
    public void Equal_lines_of_two_environments_are_two()
    {
        LogEvent other = StoredLine(("3 a", 0)) with { Stream = "other" };
        Assert.Single(LogSeam.Older([other, StoredLine(("3 a", 1))], [RecentLine(("3 a", 0))]));
    }

    private static IEnumerable<(string Line, int Index)> Lines(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static (line, index) => (line, index));

    private static (long Time, byte[] Message) Parse(string line) => (line[0] - '0', Encoding.UTF8.GetBytes(line[2..].Replace('|', '\n')));

    private static LogEvent StoredLine((string Line, int Index) line)
    {
        (long time, byte[] message) = Parse(line.Line);
        return new LogEvent("s", 1_000 + time, 2_000, message, new LogPosition(1, line.Index));
    }

    /// <summary>Memory knows parts of milliseconds, which a group does not.</summary>
    private static LogLine RecentLine((string Line, int Index) line)
    {
        (long time, byte[] message) = Parse(line.Line);
        byte[] text = [.. message.Where(static letter => letter != '\n')];
        return new LogLine(line.Index + 1, Start.AddMilliseconds(time).AddTicks(line.Index + 1), "s", text);
    }
}
