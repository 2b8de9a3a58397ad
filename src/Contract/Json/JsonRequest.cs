using System.Text.Json;
using Lamina.Contract.Models;

namespace Lamina.Contract.Json;

/// <summary>
/// The members of a request of the JSON protocols, or of one structure in it, as the model of its operation has them. What is asked for
/// by name is checked already; members that the model does not know are ignored, as AWS does.
/// </summary>
public sealed class JsonRequest
{
    // What a client's serializer makes is a few levels deep, but for DynamoDB's items: 32 levels, two of JSON each, in requests around
    // them. It bounds the work on hostile input.
    private const int MaxDepth = 128;

    private readonly JsonElement _structure;

    private JsonRequest(JsonElement structure) => _structure = structure;

    /// <summary>Throws SerializationException for what is no JSON. To be disposed when the request is answered.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body.IsEmpty ? "{}"u8.ToArray() : body, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            throw AwsError.Serialization("The request's body is not JSON.");
        }
    }

    /// <summary>Throws SerializationException for another type than the model has, and what <paramref name="invalid"/> makes of violated constraints: its code differs between services.</summary>
    public static JsonRequest Read(JsonElement body, OperationModel operation, Func<string, AwsError> invalid)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw Unexpected(body, "structure or map");
        }

        ConstraintViolations violations = new();
        CheckMembers(body, operation.Members, "", violations);
        return violations.Describe() is { } text ? throw invalid(text) : new JsonRequest(body);
    }

    public string? Text(string name) => Find(_structure, name)?.GetString();

    /// <summary>Of a member that the model requires.</summary>
    public string RequiredText(string name) => Text(name) ?? "";

    public int? Integer(string name) => Long(name) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    public long? Long(string name) => Find(_structure, name) is { } value ? ToLong(value) : null;

    public bool? Flag(string name) => Find(_structure, name)?.GetBoolean();

    /// <summary>Null when the list is absent.</summary>
    public IReadOnlyList<string>? Texts(string name) =>
        Find(_structure, name) is { } list ? [.. list.EnumerateArray().Select(static item => item.GetString() ?? "")] : null;

    /// <summary>Null when the list is absent.</summary>
    public IReadOnlyList<JsonRequest>? Structures(string name) =>
        Find(_structure, name) is { } list ? [.. list.EnumerateArray().Select(static item => new JsonRequest(item))] : null;

    /// <summary>Null when the structure is absent.</summary>
    public JsonRequest? Structure(string name) => Find(_structure, name) is { } structure ? new JsonRequest(structure) : null;

    /// <summary>Of a map whose values are structures or lists of them; null when it is absent. A list counts as its elements.</summary>
    public IReadOnlyList<(string Key, IReadOnlyList<JsonRequest> Values)>? StructureMap(string name) => Find(_structure, name) is not { } map ? null :
    [
        .. map.EnumerateObject().Select(static pair => (pair.Name, (IReadOnlyList<JsonRequest>)(pair.Value.ValueKind == JsonValueKind.Array
            ? [.. pair.Value.EnumerateArray().Select(static item => new JsonRequest(item))]
            : [new JsonRequest(pair.Value)]))),
    ];

    /// <summary>A member that its reader takes apart himself; null when it is absent. Good as long as the request.</summary>
    public JsonElement? Element(string name) => Find(_structure, name);

    /// <summary>Elements of a list that its reader takes apart himself; null when the list is absent.</summary>
    public IReadOnlyList<JsonElement>? Elements(string name) => Find(_structure, name) is { } list ? [.. list.EnumerateArray()] : null;

    /// <summary>Whether the request says anything of the member.</summary>
    public bool Has(string name) => Find(_structure, name) is not null;

    /// <summary>Null when the map is absent.</summary>
    public IReadOnlyDictionary<string, string>? TextMap(string name)
    {
        if (Find(_structure, name) is not { } map)
        {
            return null;
        }

        // A key that is there twice counts once, as the last says.
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (JsonProperty pair in map.EnumerateObject())
        {
            texts[pair.Name] = pair.Value.GetString() ?? "";
        }

        return texts;
    }

    private static JsonElement? Find(JsonElement structure, string name) =>
        structure.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static void CheckMembers(JsonElement structure, IEnumerable<MemberModel> members, string prefix, ConstraintViolations violations)
    {
        foreach (MemberModel member in members)
        {
            JsonElement? value = Find(structure, member.Name);
            string path = prefix + PathOf(member.Name);
            if (member.Required)
            {
                violations.Required(value, path);
            }

            if (value is { } present)
            {
                Check(present, member, path, violations);
            }
        }
    }

    private static void Check(JsonElement value, MemberModel member, string path, ConstraintViolations violations)
    {
        switch (member.Kind)
        {
            case MemberKind.Text or MemberKind.Blob:
                violations.Check(member.Text, Require(value, JsonValueKind.String, "a String").GetString(), path);
                break;
            case MemberKind.Integer:
                violations.Check(member.Numeric, ToLong(value), path);
                break;
            case MemberKind.Number or MemberKind.Timestamp:
                violations.Check(member.Numeric, Require(value, JsonValueKind.Number, "a Double").GetDouble(), path);
                break;
            case MemberKind.Flag when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False):
                throw Unexpected(value, "a Boolean");
            case MemberKind.Structure:
                CheckMembers(Require(value, JsonValueKind.Object, "structure or map"), member.Members, path + ".", violations);
                break;
            case MemberKind.Map:
                CheckMap(Require(value, JsonValueKind.Object, "structure or map"), member, path, violations);
                break;
            case MemberKind.List:
                CheckList(Require(value, JsonValueKind.Array, "list"), member, path, violations);
                break;
        }
    }

    private static void CheckList(JsonElement value, MemberModel list, string path, ConstraintViolations violations)
    {
        MemberModel element = list.Element!;
        JsonElement[] items = [.. value.EnumerateArray()];
        TextConstraint? text = element.Kind == MemberKind.Text ? element.Text : null;
        ListConstraint size = new() { Max = (int?)list.Max, Min = (int?)list.Min, Element = text, Flat = false };
        if (text is not null)
        {
            string?[] texts = [.. items.Select(static item =>
                item.ValueKind == JsonValueKind.Null ? null : Require(item, JsonValueKind.String, "a String").GetString())];
            violations.Check(size, texts, path);
            return;
        }

        violations.Check(size, Array.ConvertAll(items, static item => (object)item), path);
        for (int i = 0; i < items.Length; i++)
        {
            Check(items[i], element, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{i + 1}.member"), violations);
        }
    }

    private static void CheckMap(JsonElement value, MemberModel map, string path, ConstraintViolations violations)
    {
        if (map.Value!.Kind != MemberKind.Text)
        {
            foreach (JsonProperty pair in value.EnumerateObject())
            {
                Check(pair.Value, map.Value, $"{path}.{pair.Name}.member", violations);
            }

            return;
        }

        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (JsonProperty pair in value.EnumerateObject())
        {
            texts[pair.Name] = pair.Value.ValueKind == JsonValueKind.Null ? null! : Require(pair.Value, JsonValueKind.String, "a String").GetString()!;
        }

        violations.Check(
            new MapConstraint { Max = (int?)map.Max, Min = (int?)map.Min, Key = map.Key?.Text, Value = map.Value.Text, Sensitive = false }, texts, path);
    }

    private static string PathOf(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static long ToLong(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw Unexpected(value, "a Long");
        }

        // AWS cuts what stands behind the point.
        return value.TryGetInt64(out long number) ? number : (long)Math.Clamp(value.GetDouble(), long.MinValue, long.MaxValue);
    }

    private static JsonElement Require(JsonElement value, JsonValueKind kind, string target) =>
        value.ValueKind == kind ? value : throw Unexpected(value, target);

    private static AwsError Unexpected(JsonElement value, string target) => AwsError.Serialization(value.ValueKind switch
    {
        JsonValueKind.Object => "Start of structure or map found where not expected.",
        JsonValueKind.Array => "Start of list found where not expected",
        JsonValueKind.String => $"STRING_VALUE cannot be converted to {target}",
        JsonValueKind.Number => $"NUMBER_VALUE cannot be converted to {target}",
        JsonValueKind.True => $"TRUE_VALUE cannot be converted to {target}",
        JsonValueKind.False => $"FALSE_VALUE cannot be converted to {target}",
        _ => $"Unexpected null where {target} is expected",
    });
}
