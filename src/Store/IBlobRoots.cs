using Lamina.Contract;

namespace Lamina.Store;

/// <summary>
/// Those who name blobs. What none of them names, and no open <see cref="BlobWriter"/> holds, a collection deletes.
/// A blob is held by its writer from the commit on, so whoever stores one names it in the catalog first and disposes of the writer after that.
/// </summary>
public interface IBlobRoots
{
    /// <summary>All blobs named by the catalog as it was in <paramref name="snapshot"/>.</summary>
    IEnumerable<Sha256> In(CatalogSnapshot snapshot);
}
