using System.Collections.Immutable;

namespace Lamina.Companions.DynamoDb;

/// <summary>What an index has of its items: cut from the item when it is read, because the index itself has keys only.</summary>
internal static class IndexProjection
{
    public static bool Has(TableDefinition table, IndexDefinition index, string attribute) => index.Projection == IndexDefinition.All
        || table.Key.Names.Contains(attribute) || index.Key.Names.Contains(attribute) || index.NonKeyAttributes.Contains(attribute);

    public static ImmutableSortedDictionary<string, AttributeValue> Of(
        TableDefinition table, IndexDefinition index, ImmutableSortedDictionary<string, AttributeValue> item) =>
        item.RemoveRange(item.Keys.Where(name => !Has(table, index, name)));
}
