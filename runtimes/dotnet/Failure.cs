using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Lamina.Runtime;

/// <summary>A failure that the runtime finds rather than the function throws.</summary>
internal sealed class LambdaValidationException(string message) : Exception(message);

/// <summary>An exception as it is answered.</summary>
internal sealed class Failure
{
    private const int MaxDepth = 20;

    public Failure(Exception error) => Error = Unwrap(error);

    /// <summary>What the function threw, without what reflection and the task put around it.</summary>
    public Exception Error { get; }

    /// <summary>Header values may not hold every letter that class names may.</summary>
    public string HeaderType => new([.. Error.GetType().Name.Select(static letter => letter is >= ' ' and <= '~' ? letter : '?')]);

    public string ToJson()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, Error, 0);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static Exception Unwrap(Exception error) => error switch
    {
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        AggregateException { InnerExceptions: [var only] } => Unwrap(only),
        _ => error,
    };

    private static void Write(Utf8JsonWriter writer, Exception error, int depth)
    {
        writer.WriteStartObject();
        writer.WriteString("errorType", error.GetType().Name);
        writer.WriteString("errorMessage", error.Message);
        string[] frames = Frames(error);
        if (frames.Length > 0)
        {
            writer.WriteStartArray("stackTrace");
            Array.ForEach(frames, writer.WriteStringValue);
            writer.WriteEndArray();
        }

        if (error is AggregateException { InnerExceptions.Count: > 0 } many && depth < MaxDepth)
        {
            writer.WriteStartArray("causes");
            foreach (Exception inner in many.InnerExceptions)
            {
                Write(writer, inner, depth + 1);
            }

            writer.WriteEndArray();
        }
        else if (error.InnerException is { } cause && depth < MaxDepth)
        {
            writer.WritePropertyName("cause");
            Write(writer, cause, depth + 1);
        }

        writer.WriteEndObject();
    }

    /// <summary>Down to the handler; how the runtime called it tells nobody anything.</summary>
    private static string[] Frames(Exception error) =>
    [
        .. (error.StackTrace ?? "").Split('\n').Select(static line => line.Trim())
            .TakeWhile(static line => !line.StartsWith("at Lamina.Runtime.", StringComparison.Ordinal)
                && !line.StartsWith("at System.RuntimeMethodHandle.InvokeMethod", StringComparison.Ordinal)
                && !line.StartsWith("at System.Reflection.MethodBaseInvoker", StringComparison.Ordinal)
                && !line.StartsWith("at InvokeStub_", StringComparison.Ordinal))
            .Where(static line => line.Length > 0),
    ];
}
