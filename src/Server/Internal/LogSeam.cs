using Lamina.Companions.Logs;
using Lamina.Execution;

namespace Lamina.Server.Internal;

/// <summary>
/// Where a function's lines in its log group end and those in memory begin. A group knows milliseconds, and in the one in which memory
/// begins there may be lines that memory has let go already: those that are in both are taken from memory.
/// </summary>
internal static class LogSeam
{
    /// <summary>The messages of the group's lines that are not in memory, oldest first.</summary>
    /// <param name="stored">Up to the millisecond in which memory begins, that included.</param>
    /// <param name="recent">All that memory has, oldest first.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Older(IReadOnlyList<LogEvent> stored, IReadOnlyList<LogLine> recent)
    {
        if (recent.Count == 0)
        {
            return stored.Select(Line);
        }

        long begins = recent[0].Time.ToUnixTimeMilliseconds();
        List<LogLine> inBoth = [.. recent.TakeWhile(line => line.Time.ToUnixTimeMilliseconds() == begins)];
        return [.. stored.Where(line => line.Timestamp < begins || !TryTake(inBoth, line)).Select(Line)];
    }

    /// <summary>The group has a function's lines as memory has them, and the platform's with their end.</summary>
    private static bool IsSame(LogLine recent, LogEvent stored) =>
        recent.Message.Span.SequenceEqual(stored.Message.Span) || recent.Message.Span.SequenceEqual(Line(stored).Span);

    /// <summary>Without the end that the platform's lines have in the group.</summary>
    private static ReadOnlyMemory<byte> Line(LogEvent line) => line.Message.Span is [.., (byte)'\n'] ? line.Message[..^1] : line.Message;

    /// <summary>Each line in memory stands for one in the group: a function may say the same twice in a millisecond.</summary>
    private static bool TryTake(List<LogLine> inBoth, LogEvent line)
    {
        int found = inBoth.FindIndex(other => other.Stream == line.Stream && IsSame(other, line));
        if (found >= 0)
        {
            inBoth.RemoveAt(found);
        }

        return found >= 0;
    }
}
