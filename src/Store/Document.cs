using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lamina.Store;

/// <summary>One document of the catalog: immutable. The value is parsed once and shared by all readers, so values must be immutable too.</summary>
public sealed class Document(string collection, string key, long revision, ReadOnlyMemory<byte> json)
{
    private object? _value;

    public string Collection { get; } = collection;

    public string Key { get; } = key;

    public long Revision { get; } = revision;

    public ReadOnlyMemory<byte> Json { get; } = json;

    public T Read<T>(JsonTypeInfo<T> typeInfo)
        where T : class
    {
        if (_value is T known)
        {
            return known;
        }

        T value = JsonSerializer.Deserialize(Json.Span, typeInfo)
            ?? throw new JsonException($"The document {Collection}/{Key} is null.");
        _value = value;
        return value;
    }
}
