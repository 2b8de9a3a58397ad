using System.Text.Json;
using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;

namespace Lamina.Server.Operations.DynamoDb;

/// <summary>What the operations on tables read and write alike.</summary>
internal static class TableAnswers
{
    /// <summary>Members that stand for what is not served; saying nothing in them is no request for it.</summary>
    public static void RefuseUnserved(JsonRequest request)
    {
        if (request.Structure("StreamSpecification")?.Flag("StreamEnabled") == true)
        {
            throw DynamoDbErrors.NotServed("DynamoDB Streams: StreamSpecification must not enable one");
        }

        string[] unserved = ["OnDemandThroughput", "WarmThroughput", "ResourcePolicy", "ReplicaUpdates", "GlobalTableWitnessUpdates", "MultiRegionConsistency"];
        if (Array.Find(unserved, request.Has) is { } member)
        {
            throw DynamoDbErrors.NotServed($"the parameter {member}");
        }
    }

    public static IReadOnlyList<AttributeDefinition>? AttributesOf(JsonRequest request) => request.Structures("AttributeDefinitions") is { } definitions
        ? [.. definitions.Select(static definition => new AttributeDefinition(definition.RequiredText("AttributeName"), definition.RequiredText("AttributeType")))]
        : null;

    public static IReadOnlyList<KeyElement> KeyOf(JsonRequest request) =>
    [
        .. (request.Structures("KeySchema") ?? []).Select(static element => new KeyElement(element.RequiredText("AttributeName"), element.RequiredText("KeyType"))),
    ];

    public static Throughput? ThroughputOf(JsonRequest request) => request.Structure("ProvisionedThroughput") is { } units
        ? new Throughput(units.Long("ReadCapacityUnits") ?? 0, units.Long("WriteCapacityUnits") ?? 0)
        : null;

    public static IndexDraft IndexOf(JsonRequest index)
    {
        JsonRequest? projection = index.Structure("Projection");
        return new IndexDraft(
            index.RequiredText("IndexName"), KeyOf(index), projection?.Text("ProjectionType"), projection?.Texts("NonKeyAttributes"), ThroughputOf(index));
    }

    /// <summary>Null: the request says nothing; an empty text for none or the account's own, as the one who asks takes it.</summary>
    public static (bool Enabled, string Key)? EncryptionOf(JsonRequest request)
    {
        JsonRequest? encryption = request.Structure("SSESpecification");
        return encryption?.Flag("Enabled") is { } enabled ? (enabled, encryption.Text("KMSMasterKeyId") ?? "") : null;
    }

    public static Dictionary<string, string> TagsOf(JsonRequest request)
    {
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        foreach (JsonRequest tag in request.Structures("Tags") ?? [])
        {
            tags[tag.RequiredText("Key")] = tag.RequiredText("Value");
        }

        return tags;
    }

    public static void Write(Utf8JsonWriter json, string name, TableDescription description)
    {
        TableDefinition table = description.Table;
        json.WriteStartObject(name);
        json.WriteStartArray("AttributeDefinitions");
        foreach (AttributeDefinition attribute in table.Attributes)
        {
            json.WriteStartObject();
            json.WriteString("AttributeName", attribute.Name);
            json.WriteString("AttributeType", attribute.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("TableName", table.Name);
        WriteKey(json, table.Key);
        json.WriteString("TableStatus", description.Status);
        json.WriteNumber("CreationDateTime", table.CreationTime / 1000m);
        WriteThroughput(json, table.Throughput);
        json.WriteNumber("TableSizeBytes", description.Bytes);
        json.WriteNumber("ItemCount", description.Items);
        json.WriteString("TableArn", table.Arn);
        json.WriteString("TableId", table.TableId);
        WriteBilling(json, table);
        WriteIndexes(json, description, isGlobal: false);
        WriteIndexes(json, description, isGlobal: true);
        WriteEncryption(json, table);
        if (table.TableClass is { } tableClass)
        {
            json.WriteStartObject("TableClassSummary");
            json.WriteString("TableClass", tableClass);
            json.WriteEndObject();
        }

        json.WriteBoolean("DeletionProtectionEnabled", table.DeletionProtectionEnabled);
        json.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter json, KeySchema key)
    {
        json.WriteStartArray("KeySchema");
        foreach (string name in key.Names)
        {
            json.WriteStartObject();
            json.WriteString("AttributeName", name);
            json.WriteString("KeyType", name == key.Hash ? "HASH" : "RANGE");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteThroughput(Utf8JsonWriter json, Throughput throughput)
    {
        json.WriteStartObject("ProvisionedThroughput");
        json.WriteNumber("NumberOfDecreasesToday", 0);
        json.WriteNumber("ReadCapacityUnits", throughput.Read);
        json.WriteNumber("WriteCapacityUnits", throughput.Write);
        json.WriteEndObject();
    }

    private static void WriteBilling(Utf8JsonWriter json, TableDefinition table)
    {
        if (table.BillingChanged is not { } changed)
        {
            return;
        }

        json.WriteStartObject("BillingModeSummary");
        json.WriteString("BillingMode", table.BillingMode);
        if (table.IsOnDemand)
        {
            json.WriteNumber("LastUpdateToPayPerRequestDateTime", changed / 1000m);
        }

        json.WriteEndObject();
    }

    private static void WriteIndexes(Utf8JsonWriter json, TableDescription description, bool isGlobal)
    {
        IndexDefinition[] indexes = [.. description.Table.Indexes.Where(index => index.IsGlobal == isGlobal)];
        if (indexes.Length == 0)
        {
            return;
        }

        json.WriteStartArray(isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
        foreach (IndexDefinition index in indexes)
        {
            (long items, long bytes) = description.Indexes[index.Name];
            json.WriteStartObject();
            json.WriteString("IndexName", index.Name);
            WriteKey(json, index.Key);
            WriteProjection(json, index);
            if (isGlobal)
            {
                json.WriteString("IndexStatus", description.Status == "UPDATING" ? "ACTIVE" : description.Status);
                WriteThroughput(json, index.Throughput);
            }

            json.WriteNumber("IndexSizeBytes", bytes);
            json.WriteNumber("ItemCount", items);
            json.WriteString("IndexArn", $"{description.Table.Arn}/index/{index.Name}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProjection(Utf8JsonWriter json, IndexDefinition index)
    {
        json.WriteStartObject("Projection");
        json.WriteString("ProjectionType", index.Projection);
        if (!index.NonKeyAttributes.IsEmpty)
        {
            json.WriteStartArray("NonKeyAttributes");
            foreach (string attribute in index.NonKeyAttributes)
            {
                json.WriteStringValue(attribute);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteEncryption(Utf8JsonWriter json, TableDefinition table)
    {
        if (table.KmsKeyArn is { } key)
        {
            json.WriteStartObject("SSEDescription");
            json.WriteString("Status", "ENABLED");
            json.WriteString("SSEType", "KMS");
            json.WriteString("KMSMasterKeyArn", key);
            json.WriteEndObject();
        }
    }
}
