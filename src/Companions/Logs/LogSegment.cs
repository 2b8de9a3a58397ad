using System.Globalization;
using System.Text;

namespace Lamina.Companions.Logs;

/// <summary>One file of a group: records one after another. Only the newest of a group grows.</summary>
/// <param name="Length">Bytes that are whole.</param>
/// <param name="NewestEvent">Null when it has none.</param>
internal sealed record LogSegment(int Number, string Path, int Length, long? OldestEvent, long? NewestEvent)
{
    private const string Extension = ".log";

    public static LogSegment New(string folder, int number) =>
        new(number, System.IO.Path.Combine(folder, number.ToString("D8", CultureInfo.InvariantCulture) + Extension), 0, null, null);

    /// <summary>The segments of a folder, oldest first, not read yet.</summary>
    public static IReadOnlyList<LogSegment> List(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*" + Extension)
            .Select(static path => System.IO.Path.GetFileNameWithoutExtension(path))
            .Where(static name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(name => New(folder, int.Parse(name, CultureInfo.InvariantCulture)))
            .OrderBy(static segment => segment.Number),
    ];

    /// <summary>False when no event of it can lie in the time, so that it need not be read.</summary>
    public bool MayHold(LogCursor from, LogCursor to) =>
        NewestEvent is { } newest && OldestEvent is { } oldest && newest >= from.Timestamp && oldest <= to.Timestamp;

    public LogSegment With(long eventTime) => this with
    {
        OldestEvent = Math.Min(OldestEvent ?? long.MaxValue, eventTime),
        NewestEvent = Math.Max(NewestEvent ?? long.MinValue, eventTime),
    };

    /// <summary>Its whole bytes; null when it was let go meanwhile.</summary>
    public byte[]? TryRead()
    {
        try
        {
            using FileStream file = new(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public static string NameOf(in LogRecord stream) => Encoding.UTF8.GetString(stream.Content);
}
