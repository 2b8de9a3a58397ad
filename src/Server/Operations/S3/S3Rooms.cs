using Lamina.Companions.S3;
using Lamina.Store;

namespace Lamina.Server.Operations.S3;

/// <summary>The parts of S3 in the room Companions, over one store.</summary>
internal sealed record S3Rooms(Buckets Buckets, Objects Objects, ObjectListing Listing, MultipartUploads Uploads)
{
    public static S3Rooms Open(IBlobStore blobs, ICatalog catalog, TimeProvider time)
    {
        ObjectIntake intake = new(blobs, catalog);
        return new S3Rooms(
            new Buckets(catalog, time),
            new Objects(blobs, catalog, intake, time),
            new ObjectListing(catalog),
            new MultipartUploads(catalog, intake, time));
    }
}
