using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>The blobs of objects, of their versions, and of parts that wait for their upload's end.</summary>
public sealed class S3BlobRoots : IBlobRoots
{
    public IEnumerable<Sha256> In(CatalogSnapshot snapshot) => S3Documents.FindBlobs(snapshot);

    public IEnumerable<string> NamesOf(CatalogSnapshot snapshot, Sha256 blob) => S3Documents.FindNames(snapshot, blob);
}
