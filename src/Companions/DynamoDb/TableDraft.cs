using System.Collections.Immutable;

namespace Lamina.Companions.DynamoDb;

/// <param name="KeyType">HASH or RANGE.</param>
public sealed record KeyElement(string Attribute, string KeyType);

/// <summary>An index as a request asks for it.</summary>
/// <param name="Projection">Null when it is not said.</param>
/// <param name="NonKeyAttributes">Null when there are none.</param>
/// <param name="Throughput">Of a global one; null when it is not said.</param>
public sealed record IndexDraft(
    string Name, IReadOnlyList<KeyElement> Key, string? Projection, IReadOnlyList<string>? NonKeyAttributes, Throughput? Throughput);

/// <summary>A table as CreateTable asks for it.</summary>
public sealed record TableDraft
{
    public required string Name { get; init; }

    public required IReadOnlyList<AttributeDefinition> Attributes { get; init; }

    public required IReadOnlyList<KeyElement> Key { get; init; }

    /// <summary>Null when there is no such list; an empty one is an error.</summary>
    public IReadOnlyList<IndexDraft>? LocalIndexes { get; init; }

    /// <summary>Null when there is no such list; an empty one is an error.</summary>
    public IReadOnlyList<IndexDraft>? GlobalIndexes { get; init; }

    public string? BillingMode { get; init; }

    public Throughput? Throughput { get; init; }

    public bool DeletionProtectionEnabled { get; init; }

    public string? TableClass { get; init; }

    /// <summary>Null: not asked for. A KMS key's ARN, or an empty text for the account's own.</summary>
    public string? KmsKey { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>What UpdateTable changes; null: as it was.</summary>
public sealed record TableChanges
{
    public IReadOnlyList<AttributeDefinition>? Attributes { get; init; }

    public string? BillingMode { get; init; }

    public Throughput? Throughput { get; init; }

    public bool? DeletionProtectionEnabled { get; init; }

    public string? TableClass { get; init; }

    /// <summary>An empty text: no KMS key any more.</summary>
    public string? KmsKey { get; init; }

    /// <summary>At most one index is made or deleted at a time.</summary>
    public IReadOnlyList<IndexDraft> CreatedIndexes { get; init; } = [];

    public IReadOnlyList<string> DeletedIndexes { get; init; } = [];

    public IReadOnlyDictionary<string, Throughput> IndexThroughputs { get; init; } = ImmutableDictionary<string, Throughput>.Empty;
}

/// <param name="Status">CREATING, UPDATING, ACTIVE or DELETING.</param>
public sealed record TableDescription(
    TableDefinition Table, string Status, long Items, long Bytes, IReadOnlyDictionary<string, (long Items, long Bytes)> Indexes);
