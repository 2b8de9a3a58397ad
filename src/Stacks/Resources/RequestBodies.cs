using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources;

/// <summary>
/// Properties as the body of one of Lambda's requests, so that they are read and checked as those are. Templates may write numbers
/// and booleans as strings and the other way round; a request may not.
/// </summary>
internal static class RequestBodies
{
    private static readonly FrozenSet<string> Numbers = ResourceShape.Set(
        "MemorySize", "Timeout", "Size", "BatchSize", "MaximumBatchingWindowInSeconds", "ParallelizationFactor", "StartingPositionTimestamp",
        "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "TumblingWindowInSeconds", "MaximumConcurrency", "MinimumPollers", "MaximumPollers",
        "MaximumEventAgeInSeconds", "MaxAge", "ReservedConcurrentExecutions", "ProvisionedConcurrentExecutions",
        "ExecutionTimeout", "RetentionPeriodInDays");

    private static readonly FrozenSet<string> Flags = ResourceShape.Set(
        "Ipv6AllowedForDualStack", "Enabled", "BisectBatchOnFunctionError", "AllowCredentials", "InvokedViaFunctionUrl", "Publish");

    // What people name themselves stays text.
    private static readonly FrozenSet<string> FreeMaps = ResourceShape.Set("Variables", "Tags");

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Of(TemplateMap properties)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        Write(writer, properties, isFree: false);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The named properties of a map.</summary>
    public static TemplateMap Pick(TemplateMap properties, params ReadOnlySpan<string> names)
    {
        TemplateMap picked = [];
        foreach (string name in names)
        {
            if (properties[name] is { } value)
            {
                picked[name] = value;
            }
        }

        return picked;
    }

    /// <summary>A list of Key and Value as a map.</summary>
    public static TemplateMap TagsOf(ResourceCall call, string property)
    {
        TemplateMap tags = [];
        foreach ((string key, string value) in call.StackTags.Select(static tag => KeyValuePair.Create(tag.Key, tag.Value)).Concat(call.Tags(property)))
        {
            tags[key] = value;
        }

        return tags;
    }

    private static void Write(Utf8JsonWriter writer, TemplateNode node, bool isFree)
    {
        switch (node)
        {
            case TemplateMap map:
                writer.WriteStartObject();
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    writer.WritePropertyName(key.Name);
                    if (Scalars.TextOf(value) is { } text)
                    {
                        WriteScalar(writer, isFree ? "" : key.Name, text);
                    }
                    else
                    {
                        Write(writer, value, isFree || FreeMaps.Contains(key.Name));
                    }
                }

                writer.WriteEndObject();
                break;
            case TemplateList list:
                writer.WriteStartArray();
                foreach (TemplateNode item in list)
                {
                    Write(writer, item, isFree);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Scalars.TextOf(node));
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, string name, string text)
    {
        if (Numbers.Contains(name) && double.TryParse(text, CultureInfo.InvariantCulture, out _))
        {
            writer.WriteRawValue(text, skipInputValidation: false);
        }
        else if (Flags.Contains(name) && bool.TryParse(text, out bool flag))
        {
            writer.WriteBooleanValue(flag);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }
}

/// <summary>What a request says outside its body.</summary>
internal sealed class RequestNames(params (string Name, string? Value)[] members) : IRequestMembers
{
    public string? Label(string name) => Array.Find(members, member => member.Name == name).Value;

    public string? Query(string name) => Label(name);

    public IReadOnlyList<string>? QueryList(string name) => Label(name) is { } value ? [value] : null;

    public string? Header(string name) => Label(name);
}
