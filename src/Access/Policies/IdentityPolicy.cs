using System.Collections.Immutable;
using System.Text.Json;

namespace Lamina.Access.Policies;

/// <summary>
/// A policy document as people write it, read for evaluation. Where the language has one thing or a list of things, both are read:
/// <c>{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}</c>.
/// </summary>
public sealed record IdentityPolicy(ImmutableArray<IdentityStatement> Statements)
{
    /// <summary>Throws FormatException that says what is wrong.</summary>
    public static IdentityPolicy Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("Statement", out JsonElement statement)
                ? new IdentityPolicy([.. Each(statement).Select(IdentityStatement.Read)])
                : throw new FormatException("The policy has no Statement.");
        }
        catch (JsonException malformed)
        {
            throw new FormatException("The policy is not JSON.", malformed);
        }
    }

    internal static IEnumerable<JsonElement> Each(JsonElement oneOrMany) =>
        oneOrMany.ValueKind == JsonValueKind.Array ? oneOrMany.EnumerateArray() : [oneOrMany];

    /// <summary>Texts, numbers and booleans: conditions may be written with any.</summary>
    internal static ImmutableArray<string> Texts(JsonElement oneOrMany) => [.. Each(oneOrMany).Select(static element => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new FormatException("A policy's values are texts, numbers and booleans."),
    })];
}
