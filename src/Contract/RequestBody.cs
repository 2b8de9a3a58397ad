using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Lamina.Contract;

/// <summary>A JSON body as a record. What cannot be read is AWS's SerializationException, with the member and the place in the text.</summary>
public static class RequestBody
{
    public static T Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> typeInfo)
        where T : class, new()
    {
        if (body.IsEmpty)
        {
            return new T();
        }

        if (!Utf8.IsValid(body))
        {
            throw AwsError.Serialization("Could not parse request body into json: the body is not valid UTF-8.");
        }

        try
        {
            return JsonSerializer.Deserialize(body, typeInfo)
                ?? throw AwsError.Serialization("Could not parse request body into json: expected an object, found null.");
        }
        catch (JsonException malformed)
        {
            throw AwsError.Serialization(Describe(malformed));
        }
    }

    private static string Describe(JsonException malformed)
    {
        string place = $"line: {malformed.LineNumber + 1}, column: {malformed.BytePositionInLine + 1}";
        string member = malformed.Path is { } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";
        return member.Length > 0 && malformed.InnerException is not JsonException && IsTypeMismatch(malformed)
            ? $"The value of '{member}' has the wrong type ({place})."
            : $"Could not parse request body into json: unexpected content{(member.Length > 0 ? $" at '{member}'" : "")} ({place}).";
    }

    // The serializer words a value of the wrong type this way; anything else is text that is not JSON.
    private static bool IsTypeMismatch(JsonException malformed) =>
        malformed.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal);
}
