using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>Items as DynamoDB's JSON has them: <c>{"id":{"S":"a"},"n":{"N":"1"}}</c>. It is also how they are stored.</summary>
internal static class AttributeJson
{
    private const string Empty = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
    private const string MoreThanOne = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ImmutableSortedDictionary<string, AttributeValue> ReadItem(JsonElement map)
    {
        Require(map, JsonValueKind.Object);
        ImmutableSortedDictionary<string, AttributeValue>.Builder item = MapValue.None.ToBuilder();
        foreach (JsonProperty member in map.EnumerateObject())
        {
            item[member.Name] = Read(member.Value, depth: 1);
        }

        return item.ToImmutable();
    }

    public static AttributeValue Read(JsonElement element) => Read(element, depth: 1);

    public static byte[] WriteItem(ImmutableSortedDictionary<string, AttributeValue> item)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, AsIs))
        {
            WriteItem(json, item);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteItem(Utf8JsonWriter json, ImmutableSortedDictionary<string, AttributeValue> item)
    {
        json.WriteStartObject();
        foreach ((string name, AttributeValue value) in item)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AttributeValue value)
    {
        json.WriteStartObject();
        json.WritePropertyName(value.Type.ToString());
        switch (value)
        {
            case MapValue map:
                WriteItem(json, map.Members);
                break;
            case ListValue list:
                json.WriteStartArray();
                foreach (AttributeValue item in list.Items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case SetValue set:
                json.WriteStartArray();
                foreach (AttributeValue item in set.Items)
                {
                    WriteScalar(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, value);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteScalar(Utf8JsonWriter json, AttributeValue value)
    {
        switch (value)
        {
            case StringValue text:
                json.WriteStringValue(text.Text);
                break;
            case NumberValue number:
                json.WriteStringValue(number.Number.ToString());
                break;
            case BinaryValue binary:
                json.WriteBase64StringValue(binary.Bytes.AsSpan());
                break;
            case BooleanValue boolean:
                json.WriteBooleanValue(boolean.Flag);
                break;
            default:
                json.WriteBooleanValue(true);
                break;
        }
    }

    private static AttributeValue Read(JsonElement element, int depth)
    {
        Require(element, JsonValueKind.Object);
        if (depth > Limits.AttributeDepth)
        {
            throw DynamoDbErrors.Validation("Nesting Levels have exceeded supported limits");
        }

        AttributeValue? value = null;
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && Enum.TryParse(member.Name, out AttributeType type) && type.ToString() == member.Name)
            {
                value = value is null ? Read(type, member.Value, depth) : throw DynamoDbErrors.Validation(MoreThanOne);
            }
        }

        return value ?? throw DynamoDbErrors.Validation(Empty);
    }

    private static AttributeValue Read(AttributeType type, JsonElement element, int depth)
    {
        switch (type)
        {
            case AttributeType.M:
                Require(element, JsonValueKind.Object);
                ImmutableSortedDictionary<string, AttributeValue>.Builder map = MapValue.None.ToBuilder();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    map[member.Name] = Read(member.Value, depth + 1);
                }

                return new MapValue(map.ToImmutable());
            case AttributeType.L:
                Require(element, JsonValueKind.Array);
                return new ListValue([.. element.EnumerateArray().Select(item => Read(item, depth + 1))]);
            case AttributeType.SS or AttributeType.NS or AttributeType.BS:
                return ReadSet(type, element);
            default:
                return ReadScalar(type, element);
        }
    }

    private static SetValue ReadSet(AttributeType type, JsonElement element)
    {
        Require(element, JsonValueKind.Array);
        SetValue set = new(type, []);
        set = set with { Items = [.. element.EnumerateArray().Select(item => ReadScalar(set.ElementType, item))] };
        if (set.Items.IsEmpty)
        {
            throw DynamoDbErrors.Invalid(type switch
            {
                AttributeType.SS => "An string set  may not be empty",
                AttributeType.NS => "An number set  may not be empty",
                _ => "Binary sets should not be empty",
            });
        }

        if (set.Items.ToHashSet().Count < set.Items.Length)
        {
            string[] printed = [.. element.EnumerateArray().Select(static item => item.GetString()!)];
            throw type == AttributeType.NS
                ? DynamoDbErrors.Validation("Input collection contains duplicates")
                : DynamoDbErrors.Invalid($"Input collection [{string.Join(", ", printed)}]{(type == AttributeType.BS ? "of type BS" : "")} contains duplicates.");
        }

        return set;
    }

    private static AttributeValue ReadScalar(AttributeType type, JsonElement element)
    {
        switch (type)
        {
            case AttributeType.BOOL:
                return new BooleanValue(ReadFlag(element));
            case AttributeType.NULL:
                return ReadFlag(element) ? new NullValue() : throw DynamoDbErrors.Invalid("Null attribute value types must have the value of true");
        }

        Require(element, JsonValueKind.String);
        string text = element.GetString()!;
        if (type == AttributeType.B)
        {
            return element.TryGetBytesFromBase64(out byte[]? bytes)
                ? new BinaryValue([.. bytes])
                : throw AwsError.Serialization("Base64 encoded length is expected a multiple of 4 bytes but found: "
                    + text.Length.ToString(CultureInfo.InvariantCulture));
        }

        return type == AttributeType.S ? new StringValue(text) : new NumberValue(DynamoNumber.Parse(text));
    }

    private static bool ReadFlag(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw AwsError.Serialization($"{WordOf(element)} cannot be converted to a Boolean"),
    };

    private static void Require(JsonElement element, JsonValueKind kind)
    {
        if (element.ValueKind != kind)
        {
            throw AwsError.Serialization((element.ValueKind, kind) switch
            {
                (JsonValueKind.Object, _) => "Start of structure or map found where not expected.",
                (JsonValueKind.Array, _) => "Start of list found where not expected",
                (_, JsonValueKind.String) => $"{WordOf(element)} cannot be converted to String",
                (_, JsonValueKind.Array) => "Unexpected field type",
                _ => "Unexpected value type in payload",
            });
        }
    }

    private static string WordOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => "NUMBER_VALUE",
        JsonValueKind.True => "TRUE_VALUE",
        JsonValueKind.False => "FALSE_VALUE",
        JsonValueKind.String => "STRING_VALUE",
        _ => "Unexpected token",
    };
}
