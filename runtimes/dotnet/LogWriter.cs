using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lamina.Runtime;

/// <summary>Standard output and error as Lambda shows them: each line that is written gets time, request id and level, as text or as JSON.</summary>
internal sealed class LogWriter : TextWriter
{
    /// <summary>In the order of their weight, with the short name of text and the names that AWS_LAMBDA_LOG_LEVEL has.</summary>
    private static readonly (string Name, string Label, string Setting)[] Levels =
    [
        ("Trace", "trce", "TRACE"), ("Debug", "dbug", "DEBUG"), ("Information", "info", "INFO"),
        ("Warning", "warn", "WARN"), ("Error", "fail", "ERROR"), ("Critical", "crit", "FATAL"),
    ];

    private static readonly Lock Writing = new();
    private static Stream _output = Console.OpenStandardOutput();
    private static bool _json;
    private static int _least;

    private readonly string _level;
    private readonly StringBuilder _line = new();

    private LogWriter(string level) => _level = level;

    public static string? RequestId { get; set; }

    public static string? TraceId { get; set; }

    public override Encoding Encoding => Encoding.UTF8;

    public static void Install()
    {
        Console.SetOut(new LogWriter("Information"));
        Console.SetError(new LogWriter("Error"));
    }

    /// <summary>The format and the level are those of the variables from now on.</summary>
    public static void Settle()
    {
        _json = string.Equals(Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_FORMAT"), "JSON", StringComparison.OrdinalIgnoreCase);
        _least = LeastLevel();
    }

    /// <summary>What is written goes nowhere, in either format, until the result is disposed.</summary>
    public static IDisposable Rehearse(bool json) => new Rehearsed(json);

    public static void WriteError(Exception error) => Write("Error", error.Message, error, plain: error.ToString());

    public static void Write(string? level, string message, Exception? error = null, string? plain = null)
    {
        int weight = WeightOf(level);
        if (weight >= 0 && weight < _least)
        {
            return;
        }

        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        string text = plain ?? (error is null ? message : $"{message}\n{error}");
        string label = weight >= 0 ? $"{Levels[weight].Label}\t" : level is null ? "" : $"{level}\t";
        // A carriage return keeps what was logged at once one event in the log.
        string line = _json ? ToJson(time, weight, level, message, error) : $"{time}\t{RequestId}\t{label}{text.Replace("\r", "").Replace('\n', '\r')}";
        lock (Writing)
        {
            _output.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    public override void Write(char value)
    {
        lock (_line)
        {
            if (value == '\n')
            {
                WriteLine("");
            }
            else if (value != '\r')
            {
                _line.Append(value);
            }
        }
    }

    public override void Write(string? value)
    {
        lock (_line)
        {
            string[] parts = (value ?? "").Split('\n');
            foreach (string part in parts[..^1])
            {
                WriteLine(part.TrimEnd('\r'));
            }

            _line.Append(parts[^1]);
        }
    }

    public override void WriteLine() => WriteLine("");

    /// <summary>One call is one event, ends of line in it included; what was written before without one belongs to it.</summary>
    public override void WriteLine(string? value)
    {
        string line;
        lock (_line)
        {
            line = _line.Append(value).ToString();
            _line.Clear();
        }

        Write(_level, line);
    }

    private static string ToJson(string time, int weight, string? level, string message, Exception? error)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("timestamp", time);
            writer.WriteString("level", weight >= 0 ? Levels[weight].Name : level ?? "Information");
            WriteUnlessEmpty(writer, "requestId", RequestId);
            WriteUnlessEmpty(writer, "traceId", TraceId);
            writer.WriteString("message", message);
            if (error is not null)
            {
                writer.WriteString("errorType", error.GetType().FullName);
                writer.WriteString("errorMessage", error.Message);
                writer.WriteStartArray("stackTrace");
                foreach (string frame in error.ToString().Split('\n'))
                {
                    writer.WriteStringValue(frame.Trim());
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }

    private static int WeightOf(string? level) => Array.FindIndex(
        Levels, known => string.Equals(known.Name, level, StringComparison.OrdinalIgnoreCase) || string.Equals(known.Setting, level, StringComparison.OrdinalIgnoreCase));

    private static int LeastLevel()
    {
        string? setting = Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_LEVEL") ?? Environment.GetEnvironmentVariable("AWS_LAMBDA_HANDLER_LOG_LEVEL");
        return WeightOf(setting) is >= 0 and var weight ? weight : WeightOf("Information");
    }

    private sealed class Rehearsed : IDisposable
    {
        private readonly Stream _former = _output;

        public Rehearsed(bool json) => (_output, _json) = (Stream.Null, json);

        public void Dispose() => (_output, _json) = (_former, false);
    }
}
