using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>What a request's placeholders stand for.</summary>
/// <param name="Values">DynamoDB's JSON; null when the request has none.</param>
public sealed record Placeholders(IReadOnlyDictionary<string, string>? Names, JsonElement? Values)
{
    internal IReadOnlyDictionary<string, AttributeValue>? ReadValues()
    {
        if (Values is not { } values)
        {
            return null;
        }

        Dictionary<string, AttributeValue> read = new(StringComparer.Ordinal);
        foreach (JsonProperty member in values.EnumerateObject())
        {
            try
            {
                read[member.Name] = AttributeJson.Read(member.Value);
            }
            catch (AwsError error) when (error.Code == "ValidationException")
            {
                throw DynamoDbErrors.Validation($"ExpressionAttributeValues contains invalid value: {error.Message} for key {member.Name}");
            }
        }

        return read;
    }
}

public enum ItemAction
{
    Put,
    Update,
    Delete,

    /// <summary>Only its condition has to hold; in transactions.</summary>
    Check,
}

/// <summary>A request that writes one item. Its JSON must live until it is answered.</summary>
public sealed record ItemRequest
{
    public required ItemAction Action { get; init; }

    /// <summary>A name or an ARN.</summary>
    public required string Table { get; init; }

    /// <summary>Of a put the item, otherwise the key.</summary>
    public required JsonElement Item { get; init; }

    public Placeholders Placeholders { get; init; } = new(null, null);

    public string? Condition { get; init; }

    public string? Update { get; init; }

    /// <summary>NONE, ALL_OLD, UPDATED_OLD, ALL_NEW or UPDATED_NEW.</summary>
    public string ReturnValues { get; init; } = "NONE";

    /// <summary>The error of a condition that does not hold carries the item.</summary>
    public bool ReturnsItemOnFailure { get; init; }
}

/// <param name="Attributes">DynamoDB's JSON; null when none were asked for, or there are none.</param>
public sealed record ItemAnswer(byte[]? Attributes, CapacityUse Capacity);

/// <summary>A request that reads one item.</summary>
/// <param name="Table">A name or an ARN.</param>
public sealed record GetRequest(string Table, JsonElement Key, string? Projection, IReadOnlyDictionary<string, string>? Names, bool Consistent);
