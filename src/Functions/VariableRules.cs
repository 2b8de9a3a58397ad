using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Functions;

/// <summary>The rules of environment variables that the model does not state: size of all, and names that are Lambda's own.</summary>
internal static class VariableRules
{
    private const string Unable =
        "Lambda was unable to configure your environment variables because the environment variables you have provided";

    /// <summary>AWS's page "Using environment variables", reserved ones. Names that begin with _ cannot get here: the model forbids them.</summary>
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR");

    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Check(IReadOnlyDictionary<string, string> variables)
    {
        string[] used = [.. variables.Keys.Where(Reserved.Contains)];
        if (used.Length > 0)
        {
            throw AwsError.InvalidParameterValue(
                $"{Unable} contains reserved keys that are currently not supported for modification. "
                + $"Reserved keys used in this request: {string.Join(", ", used)}");
        }

        ReadOnlySpan<byte> measured = Measure(variables);
        if (measured.Length > Limits.EnvironmentBytes)
        {
            throw AwsError.InvalidParameterValue($"{Unable} exceeded the 4KB limit. String measured: {Encoding.UTF8.GetString(measured)}");
        }
    }

    private static ReadOnlySpan<byte> Measure(IReadOnlyDictionary<string, string> variables)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, AsWritten))
        {
            writer.WriteStartObject();
            foreach ((string name, string value) in variables)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }
}
