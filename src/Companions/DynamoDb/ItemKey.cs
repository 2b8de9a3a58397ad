using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>
/// An item's place: bytes whose order is that of the values, so that the database's own order of bytes is DynamoDB's order of keys.
/// The partition's bytes begin with their hash, so a scan goes through partitions in an order that means nothing, and can be cut in segments.
/// </summary>
/// <param name="Sort">One zero when the key has no sort key.</param>
internal sealed record ItemKey(byte[] Partition, byte[] Sort)
{
    private const int HashBytes = sizeof(uint);

    // No bytes at all would be NULL to the database.
    private static readonly byte[] NoSort = [0];

    /// <summary>Of a whole item. Throws <c>ValidationException</c> when its key attributes are missing or of another type.</summary>
    public static ItemKey OfItem(TableDefinition table, ImmutableSortedDictionary<string, AttributeValue> item)
    {
        foreach (string name in table.Key.Names)
        {
            if (!item.TryGetValue(name, out AttributeValue? value))
            {
                throw DynamoDbErrors.Invalid($"Missing the key {name} in the item");
            }

            if (value.Type != table.TypeOf(name))
            {
                throw DynamoDbErrors.Invalid($"Type mismatch for key {name} expected: {table.TypeOf(name)} actual: {value.Type}");
            }
        }

        return Checked(table, item);
    }

    /// <summary>Of a request's Key, which has the key's attributes and no other. Throws <c>ValidationException</c>.</summary>
    public static ItemKey OfKey(TableDefinition table, ImmutableSortedDictionary<string, AttributeValue> key)
    {
        string[] names = [.. table.Key.Names];
        if (key.Count != names.Length || !Array.TrueForAll(names, name => key.TryGetValue(name, out AttributeValue? value) && value.Type == table.TypeOf(name)))
        {
            throw DynamoDbErrors.KeyMismatch();
        }

        return Checked(table, key);
    }

    /// <summary>Null when the item is not in the index: it lacks one of its key's attributes. Throws when it has one of another type.</summary>
    public static ItemKey? OfIndex(TableDefinition table, IndexDefinition index, ImmutableSortedDictionary<string, AttributeValue> item)
    {
        bool whole = true;
        foreach (string name in index.Key.Names)
        {
            if (!item.TryGetValue(name, out AttributeValue? value))
            {
                whole = false;
            }
            else if (value.Type != table.TypeOf(name))
            {
                throw DynamoDbErrors.Invalid(
                    $"Type mismatch for Index Key {name} Expected: {table.TypeOf(name)} Actual: {value.Type} IndexName: {index.Name}");
            }
            else if (IsEmpty(value))
            {
                throw DynamoDbErrors.Validation(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
                    + $"The AttributeValue for a key attribute cannot contain an empty {WordOf(value)} value. IndexName: {index.Name}, IndexKey: {name}");
            }
        }

        return whole ? Of(index.Key, item) : null;
    }

    public static ItemKey Of(KeySchema schema, ImmutableSortedDictionary<string, AttributeValue> values) =>
        new(PartitionOf(values[schema.Hash]), schema.Range is null ? NoSort : BytesOf(values[schema.Range]));

    public static byte[] PartitionOf(AttributeValue value)
    {
        byte[] bytes = BytesOf(value);
        byte[] hashed = new byte[HashBytes + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(hashed, XxHash32.HashToUInt32(bytes));
        bytes.CopyTo(hashed, HashBytes);
        return hashed;
    }

    public static byte[] BytesOf(AttributeValue value) => value switch
    {
        StringValue text => Encoding.UTF8.GetBytes(text.Text),
        NumberValue number => number.Number.ToOrderedBytes(),
        BinaryValue binary => [.. binary.Bytes],
        _ => throw new ArgumentException($"A key cannot be of type {value.Type}.", nameof(value)),
    };

    /// <summary>The least partition of a segment of a scan; null behind the last segment.</summary>
    public static byte[]? StartOf(int segment, int segments)
    {
        if (segment == segments)
        {
            return null;
        }

        byte[] start = new byte[HashBytes];
        BinaryPrimitives.WriteUInt32BigEndian(start, (uint)((1L << 32) * segment / segments));
        return start;
    }

    private static ItemKey Checked(TableDefinition table, ImmutableSortedDictionary<string, AttributeValue> values)
    {
        foreach (string name in table.Key.Names)
        {
            if (IsEmpty(values[name]))
            {
                throw DynamoDbErrors.Validation(
                    $"One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {WordOf(values[name])} value. Key: {name}");
            }
        }

        if (values[table.Key.Hash].SizeBytes > Limits.PartitionKeyBytes)
        {
            throw DynamoDbErrors.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"Size of hashkey has exceeded the maximum size limit of{Limits.PartitionKeyBytes} bytes"));
        }

        if (table.Key.Range is { } range && values[range].SizeBytes > Limits.SortKeyBytes)
        {
            throw DynamoDbErrors.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"Aggregated size of all range keys has exceeded the size limit of {Limits.SortKeyBytes} bytes"));
        }

        return Of(table.Key, values);
    }

    private static bool IsEmpty(AttributeValue value) => value is StringValue { Text: "" } or BinaryValue { Bytes.IsEmpty: true };

    private static string WordOf(AttributeValue value) => value is StringValue ? "string" : "binary";
}
