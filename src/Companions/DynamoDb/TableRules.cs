using System.Text.RegularExpressions;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>What CreateTable and UpdateTable take.</summary>
internal static partial class TableRules
{
    /// <summary>Of a table or an index.</summary>
    /// <param name="member">As AWS's error calls it: TableName, IndexName.</param>
    public static void CheckName(string name, string member)
    {
        if (name.Length is < 3 or > 255)
        {
            throw DynamoDbErrors.Validation($"{member} must be at least 3 characters long and at most 255 characters long");
        }

        if (!NamePattern().IsMatch(name))
        {
            throw DynamoDbErrors.Validation(
                $"1 validation error detected: Value '{name}' at '{char.ToLowerInvariant(member[0])}{member[1..]}' failed to satisfy constraint: "
                + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
        }
    }

    public static void CheckTable(TableDraft draft)
    {
        CheckName(draft.Name, "TableName");
        CheckThroughput(draft);
        CheckKey(draft.Key, "");
        CheckEmpty(draft.LocalIndexes, "List of LocalSecondaryIndexes is empty");
        CheckEmpty(draft.GlobalIndexes, "List of GlobalSecondaryIndexes is empty");
        IndexDraft[] local = [.. draft.LocalIndexes ?? []];
        IndexDraft[] global = [.. draft.GlobalIndexes ?? []];
        CheckAttributes(draft.Attributes, draft.Key, [.. local, .. global]);
        if (local.Length > 0 && draft.Key.Count < 2)
        {
            throw DynamoDbErrors.Invalid("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
        }

        foreach (IndexDraft index in local)
        {
            CheckLocal(index, draft.Key);
        }

        foreach (IndexDraft index in global)
        {
            CheckGlobal(index, draft.BillingMode ?? TableDefinition.Provisioned);
        }

        CheckNames([.. local, .. global]);
        CheckCount(local.Length, Limits.LocalIndexes, $"Number of LocalSecondaryIndexes exceeds per-table limit of {Limits.LocalIndexes}");
        CheckCount(global.Length, Limits.GlobalIndexes, $"GlobalSecondaryIndex count exceeds the per-table limit of {Limits.GlobalIndexes}");
    }

    public static void CheckGlobal(IndexDraft index, string billingMode)
    {
        CheckIndex(index);
        if (billingMode == TableDefinition.OnDemand && index.Throughput is not null)
        {
            throw DynamoDbErrors.Invalid(
                $"ProvisionedThroughput should not be specified for index: {index.Name} when BillingMode is PAY_PER_REQUEST");
        }

        if (billingMode != TableDefinition.OnDemand && index.Throughput is null)
        {
            throw DynamoDbErrors.Invalid($"ProvisionedThroughput must be specified for index: {index.Name}");
        }
    }

    /// <summary>Every key's attributes are defined, and no others.</summary>
    public static void CheckAttributes(IReadOnlyList<AttributeDefinition> attributes, IReadOnlyList<KeyElement> key, IReadOnlyList<IndexDraft> indexes)
    {
        string[] defined = [.. attributes.Select(static attribute => attribute.Name)];
        if (defined.Distinct(StringComparer.Ordinal).Count() < defined.Length)
        {
            throw DynamoDbErrors.Validation("Cannot have two attributes with the same name");
        }

        foreach (IReadOnlyList<KeyElement> schema in indexes.Select(static index => index.Key).Prepend(key))
        {
            if (schema.Any(element => !defined.Contains(element.Attribute)))
            {
                throw DynamoDbErrors.Invalid(
                    "Some index key attributes are not defined in AttributeDefinitions. "
                    + $"Keys: [{Printed(schema.Select(static element => element.Attribute))}], AttributeDefinitions: [{Printed(defined)}]");
            }
        }

        string[] used =
            [.. indexes.SelectMany(static index => index.Key).Concat(key).Select(static element => element.Attribute).Distinct(StringComparer.Ordinal)];
        if (used.Length < defined.Length)
        {
            throw DynamoDbErrors.Invalid(indexes.Count == 0
                ? "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
                : $"Some AttributeDefinitions are not used. AttributeDefinitions: [{Printed(defined)}], keys used: [{Printed(used)}]");
        }
    }

    public static void CheckNames(IReadOnlyList<IndexDraft> indexes)
    {
        if (indexes.GroupBy(static index => index.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw DynamoDbErrors.Invalid($"Duplicate index name: {twice.Key}");
        }
    }

    public static void CheckBilling(string billingMode, Throughput? throughput)
    {
        if (billingMode == TableDefinition.OnDemand && throughput is not null)
        {
            throw DynamoDbErrors.Invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
        }

        if (billingMode == TableDefinition.Provisioned && throughput is null)
        {
            throw DynamoDbErrors.Invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
        }
    }

    public static KeySchema SchemaOf(IReadOnlyList<KeyElement> key) => new(key[0].Attribute, key.Count > 1 ? key[1].Attribute : null);

    public static IndexDefinition IndexOf(IndexDraft draft, int number, bool isGlobal) => new(
        number, draft.Name, isGlobal, SchemaOf(draft.Key), draft.Projection!, [.. draft.NonKeyAttributes ?? []], draft.Throughput ?? new Throughput(0, 0));

    private static void CheckThroughput(TableDraft draft) => CheckBilling(draft.BillingMode ?? TableDefinition.Provisioned, draft.Throughput);

    private static void CheckLocal(IndexDraft index, IReadOnlyList<KeyElement> tableKey)
    {
        CheckIndex(index);
        if (index.Key.Count < 2)
        {
            throw DynamoDbErrors.Invalid($"Index KeySchema does not have a range key for index: {index.Name}");
        }

        if (index.Key[0].Attribute != tableKey[0].Attribute)
        {
            throw DynamoDbErrors.Invalid(
                $"Index KeySchema does not have the same leading hash key as table KeySchema for index: {index.Name}. "
                + $"index hash key: {index.Key[0].Attribute}, table hash key: {tableKey[0].Attribute}");
        }
    }

    private static void CheckIndex(IndexDraft index)
    {
        CheckName(index.Name, "IndexName");
        CheckKey(index.Key, $" for index {index.Name}");
        bool hasAttributes = index.NonKeyAttributes is { Count: > 0 };
        switch (index.Projection)
        {
            case null:
                throw DynamoDbErrors.Invalid("Unknown ProjectionType: null");
            case IndexDefinition.Include when !hasAttributes:
                throw DynamoDbErrors.Invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
            case IndexDefinition.All or IndexDefinition.KeysOnly when hasAttributes:
                throw DynamoDbErrors.Invalid($"ProjectionType is {index.Projection}, but NonKeyAttributes is specified");
        }
    }

    private static void CheckKey(IReadOnlyList<KeyElement> key, string where)
    {
        if (key[0].KeyType != "HASH")
        {
            throw DynamoDbErrors.Validation($"Invalid KeySchema{where}: The first KeySchemaElement is not a HASH key type");
        }

        if (key.Count < 2)
        {
            return;
        }

        if (key[0].Attribute == key[1].Attribute)
        {
            throw DynamoDbErrors.Validation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
        }

        if (key[1].KeyType != "RANGE")
        {
            throw DynamoDbErrors.Validation($"Invalid KeySchema{where}: The second KeySchemaElement is not a RANGE key type");
        }

        if (key.Count > 2)
        {
            throw DynamoDbErrors.NotServed("keys of more than two attributes");
        }
    }

    private static void CheckEmpty(IReadOnlyList<IndexDraft>? indexes, string message)
    {
        if (indexes is { Count: 0 })
        {
            throw DynamoDbErrors.Invalid(message);
        }
    }

    private static void CheckCount(int count, int most, string message)
    {
        if (count > most)
        {
            throw DynamoDbErrors.Invalid(message);
        }
    }

    private static string Printed(IEnumerable<string> names) => string.Join(", ", names);

    [GeneratedRegex(@"\A[a-zA-Z0-9_.\-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
