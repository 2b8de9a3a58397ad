using System.Text.Json;
using Lamina.Functions;

namespace Lamina.Execution;

/// <summary>
/// The function's ApplicationLogLevel, which goes with the JSON log format: of a line that is a JSON object its <c>level</c> counts,
/// whatever else is written has level INFO (Lambda, log-level filtering).
/// </summary>
internal sealed class ApplicationLogFilter
{
    private const int Info = 2;

    // A line that is longer is kept unread: whoever writes such lines does not write log records.
    private const int MaxRecordBytes = 64 * 1024;

    private static readonly string[] Levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

    private readonly int _least;

    private ApplicationLogFilter(int least) => _least = least;

    /// <summary>Null for the text format, and where everything is kept.</summary>
    public static ApplicationLogFilter? Of(FunctionSettings settings)
    {
        int least = settings.LogFormat == "JSON" ? RankOf(settings.ApplicationLogLevel ?? "INFO") : 0;
        return least == 0 ? null : new ApplicationLogFilter(least);
    }

    public bool Keeps(ReadOnlySpan<byte> line) =>
        (line is [(byte)'{', ..] && line.Length <= MaxRecordBytes ? LevelIn(line) : Info) >= _least;

    private static int RankOf(string? level) => level?.ToUpperInvariant() switch
    {
        "WARNING" => 3,
        "CRITICAL" => 5,
        { } name when Array.IndexOf(Levels, name) is >= 0 and var rank => rank,
        _ => Info,
    };

    private static int LevelIn(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        int level = Info;
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                bool isLevel = reader.ValueTextEquals("level"u8);
                reader.Read();
                if (isLevel && reader.TokenType == JsonTokenType.String)
                {
                    level = RankOf(reader.GetString());
                }

                reader.Skip();
            }

            return level;
        }
        catch (JsonException)
        {
            return Info;
        }
    }
}
