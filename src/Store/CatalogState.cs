using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lamina.Store;

/// <summary>The whole catalog at one moment, and the last revision given out.</summary>
internal sealed class CatalogState(ImmutableDictionary<string, DocumentTree> collections, long lastRevision) : CatalogSnapshot
{
    public static readonly CatalogState Empty =
        new(ImmutableDictionary.Create<string, DocumentTree>(StringComparer.Ordinal), lastRevision: 0);

    public ImmutableDictionary<string, DocumentTree> Collections { get; } = collections;

    public long LastRevision { get; } = lastRevision;

    public override Document? Find(string collection, string key) =>
        Collections.TryGetValue(collection, out DocumentTree? documents) ? documents.Find(key) : null;

    public override IEnumerable<Document> Scan(string collection, string prefix, string? after) =>
        Collections.TryGetValue(collection, out DocumentTree? documents) ? documents.Scan(prefix, after) : [];
}

/// <summary>A document put, or deleted when <see cref="Json"/> is null.</summary>
internal readonly record struct CatalogWrite(string Collection, string Key, long Revision, ReadOnlyMemory<byte>? Json);

/// <summary>
/// One change under way on top of a state. Everything it does stays in here: dropping it is the whole undo,
/// which is what makes a change that throws leave no trace even when it shares a database transaction with others.
/// </summary>
internal sealed class CatalogOverlay(CatalogState before) : CatalogTransaction
{
    private readonly List<CatalogWrite> _writes = [];
    private CatalogState _state = before;

    public CatalogState State => _state;

    public IReadOnlyList<CatalogWrite> Writes => _writes;

    public override Document? Find(string collection, string key) => _state.Find(collection, key);

    public override IEnumerable<Document> Scan(string collection, string prefix, string? after) =>
        _state.Scan(collection, prefix, after);

    public override void Put<T>(string collection, string key, T value, JsonTypeInfo<T> typeInfo)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, typeInfo);
        long revision = _state.LastRevision + 1;
        DocumentTree documents = _state.Collections.GetValueOrDefault(collection, DocumentTree.Empty);
        documents = documents.With(new Document(collection, key, revision, json));
        _state = new CatalogState(_state.Collections.SetItem(collection, documents), revision);
        _writes.Add(new CatalogWrite(collection, key, revision, json));
    }

    public override void Delete(string collection, string key)
    {
        if (_state.Find(collection, key) is null)
        {
            return;
        }

        // A deletion takes a revision too: a document made again under the same key has a greater one.
        long revision = _state.LastRevision + 1;
        DocumentTree documents = _state.Collections[collection].Without(key);
        _state = new CatalogState(_state.Collections.SetItem(collection, documents), revision);
        _writes.Add(new CatalogWrite(collection, key, revision, Json: null));
    }

    public override void Clear()
    {
        foreach ((string collection, DocumentTree documents) in _state.Collections)
        {
            foreach (Document document in documents.Scan("", after: null))
            {
                Delete(collection, document.Key);
            }
        }
    }
}
