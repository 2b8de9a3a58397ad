using System.Globalization;

namespace Lamina.Companions.Logs;

/// <summary>The place of a record: the number of its segment, and the byte in it.</summary>
public readonly record struct LogPosition(int Segment, int Offset) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) =>
        Segment != other.Segment ? Segment.CompareTo(other.Segment) : Offset.CompareTo(other.Offset);

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>The order of a group's events: by their time, then as they were written. Event ids and tokens of pages are made of it.</summary>
public readonly record struct LogCursor(long Timestamp, LogPosition Position) : IComparable<LogCursor>
{
    // CloudWatch's ids have 56 digits; clients keep them as text.
    private const int Digits = 56;
    private const int TimeDigits = 19;
    private const int PartDigits = 10;

    public static LogCursor First { get; } = new(0, default);

    public static LogCursor Last { get; } = new(long.MaxValue, new LogPosition(int.MaxValue, int.MaxValue));

    public static LogCursor Of(LogEvent found) => new(found.Timestamp, found.Position);

    public static LogCursor? Parse(string text)
    {
        if (text.Length != Digits || !text.All(char.IsAsciiDigit))
        {
            return null;
        }

        ReadOnlySpan<char> digits = text.AsSpan(Digits - TimeDigits - (2 * PartDigits));
        return long.TryParse(digits[..TimeDigits], CultureInfo.InvariantCulture, out long time)
            && int.TryParse(digits.Slice(TimeDigits, PartDigits), CultureInfo.InvariantCulture, out int segment)
            && int.TryParse(digits[(TimeDigits + PartDigits)..], CultureInfo.InvariantCulture, out int offset)
            ? new LogCursor(time, new LogPosition(segment, offset))
            : null;
    }

    public int CompareTo(LogCursor other) =>
        Timestamp != other.Timestamp ? Timestamp.CompareTo(other.Timestamp) : Position.CompareTo(other.Position);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Timestamp:D19}{Position.Segment:D10}{Position.Offset:D10}").PadLeft(Digits, '0');

    public static bool operator <(LogCursor left, LogCursor right) => left.CompareTo(right) < 0;

    public static bool operator >(LogCursor left, LogCursor right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogCursor left, LogCursor right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogCursor left, LogCursor right) => left.CompareTo(right) >= 0;
}
