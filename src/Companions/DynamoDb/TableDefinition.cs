using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Lamina.Companions.DynamoDb;

/// <summary>A table as it is stored. Immutable; a change makes a new one.</summary>
public sealed record TableDefinition
{
    /// <summary>Ours: names the table's rows in the database. Never given twice.</summary>
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string Account { get; init; }

    public required string Region { get; init; }

    /// <summary>AWS's: another one for a table made again under the same name.</summary>
    public required string TableId { get; init; }

    /// <summary>Milliseconds since 1970, as all times here.</summary>
    public required long CreationTime { get; init; }

    public required ImmutableArray<AttributeDefinition> Attributes { get; init; }

    public required KeySchema Key { get; init; }

    public ImmutableArray<IndexDefinition> Indexes { get; init; } = [];

    /// <summary>The number that the next index gets.</summary>
    public int NextIndex { get; init; } = 1;

    /// <summary>PROVISIONED or PAY_PER_REQUEST.</summary>
    public required string BillingMode { get; init; }

    public Throughput Throughput { get; init; } = new(0, 0);

    public long? BillingChanged { get; init; }

    public bool DeletionProtectionEnabled { get; init; }

    public string? TableClass { get; init; }

    /// <summary>A KMS key as it was asked for, when encryption with one was; described, and nothing more: there is no KMS.</summary>
    public string? KmsKeyArn { get; init; }

    /// <summary>The attribute whose time ends an item's life, when that is enabled; described, and nothing more yet.</summary>
    public string? TimeToLiveAttribute { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [JsonIgnore]
    public string Arn => $"arn:aws:dynamodb:{Region}:{Account}:table/{Name}";

    [JsonIgnore]
    public bool IsOnDemand => BillingMode == OnDemand;

    internal const string OnDemand = "PAY_PER_REQUEST";

    internal const string Provisioned = "PROVISIONED";

    internal IndexDefinition? FindIndex(string name) => Indexes.FirstOrDefault(index => index.Name == name);

    /// <summary>S, N or B, of an attribute that a key has.</summary>
    internal AttributeType TypeOf(string attribute) => Enum.Parse<AttributeType>(Attributes.First(definition => definition.Name == attribute).Type);
}

/// <param name="Type">S, N or B.</param>
public sealed record AttributeDefinition(string Name, string Type);

/// <param name="Range">Null when the partition key is all of it.</param>
public sealed record KeySchema(string Hash, string? Range)
{
    [JsonIgnore]
    public IEnumerable<string> Names => Range is null ? [Hash] : [Hash, Range];
}

/// <summary>Units each second.</summary>
public sealed record Throughput(long Read, long Write);

/// <param name="Number">Names the index's rows in the database, within its table. Never given twice.</param>
/// <param name="Projection">ALL, KEYS_ONLY or INCLUDE.</param>
public sealed record IndexDefinition(
    int Number, string Name, bool IsGlobal, KeySchema Key, string Projection, ImmutableArray<string> NonKeyAttributes, Throughput Throughput)
{
    internal const string All = "ALL";
    internal const string KeysOnly = "KEYS_ONLY";
    internal const string Include = "INCLUDE";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TableDefinition))]
internal sealed partial class DynamoDbJson : JsonSerializerContext;
