using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>An item as it is read from the database.</summary>
/// <param name="SizeBytes">As AWS counts it.</param>
/// <param name="Json">DynamoDB's JSON, as answers have it.</param>
internal sealed record StoredItem(int SizeBytes, byte[] Json)
{
    private ImmutableSortedDictionary<string, AttributeValue>? _values;

    public ImmutableSortedDictionary<string, AttributeValue> Values => _values ??= Read();

    /// <summary>Bytes that an item with these attributes counts for.</summary>
    public static int SizeOf(ImmutableSortedDictionary<string, AttributeValue> item) =>
        item.Sum(static member => Encoding.UTF8.GetByteCount(member.Key) + member.Value.SizeBytes);

    private ImmutableSortedDictionary<string, AttributeValue> Read()
    {
        using JsonDocument document = JsonDocument.Parse(Json, new JsonDocumentOptions { MaxDepth = Limits.AttributeDepth * 4 });
        return AttributeJson.ReadItem(document.RootElement);
    }
}
