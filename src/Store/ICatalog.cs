using System.Text.Json.Serialization.Metadata;

namespace Lamina.Store;

/// <summary>
/// The catalog: small documents that last. A *document* is JSON under a collection and a key, with a *revision* that grows with
/// every change of it. Readers use the *current snapshot*: immutable, consistent, in memory, free of locks.
/// Writers hand in a *change*; changes run one after another against the newest state, and a change is durable and visible
/// (in that order) before <see cref="CommitAsync"/> returns. A change that throws leaves no trace.
/// </summary>
public interface ICatalog : IAsyncDisposable
{
    CatalogSnapshot Current { get; }

    /// <summary>
    /// Runs <paramref name="change"/> on the catalog's own thread and commits what it put and deleted.
    /// The change must be quick and must not block: every writer waits for it. Many waiting changes share one fsync.
    /// </summary>
    Task<T> CommitAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken);
}

/// <summary>An immutable state of the whole catalog.</summary>
public abstract class CatalogSnapshot
{
    public abstract Document? Find(string collection, string key);

    /// <summary>Documents whose key starts with <paramref name="prefix"/> and is greater than <paramref name="after"/>, in ordinal order of keys.</summary>
    public abstract IEnumerable<Document> Scan(string collection, string prefix, string? after);
}

/// <summary>One change under way: reads see its own writes.</summary>
public abstract class CatalogTransaction : CatalogSnapshot
{
    public abstract void Put<T>(string collection, string key, T value, JsonTypeInfo<T> typeInfo);

    /// <summary>Deleting an absent document is no error.</summary>
    public abstract void Delete(string collection, string key);

    /// <summary>Deletes every document of every collection.</summary>
    public abstract void Clear();
}
