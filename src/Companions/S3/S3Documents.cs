using System.Globalization;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>Where buckets, versions and uploads lie in the catalog, and the one place that knows which blobs they name.</summary>
public static class S3Documents
{
    internal const string Buckets = "s3-buckets";
    internal const string Versions = "s3-versions";
    internal const string Uploads = "s3-uploads";
    internal const string Parts = "s3-parts";

    /// <summary>Ends a key in the catalog's keys: less than anything a sortable key can have.</summary>
    internal const char KeyEnd = '\t';

    /// <summary>Greater than anything in the catalog's keys of this room: behind a prefix it skips all that start with it.</summary>
    internal const char Last = '\uFFFF';

    /// <summary>Every blob that an object, a version or an uploaded part names: the roots of a collection.</summary>
    public static IEnumerable<Sha256> FindBlobs(CatalogSnapshot snapshot) =>
        snapshot.Scan(Versions, string.Empty, null)
            .SelectMany(static document => document.Read(S3Json.Default.ObjectVersion).Content.Blobs)
            .Concat(snapshot.Scan(Parts, string.Empty, null).Select(static document => document.Read(S3Json.Default.UploadedPart).Content.Blob))
            .Select(static blob => blob.Digest);

    /// <summary>The objects that have this blob, as <c>s3://BUCKET/KEY</c>, and parts that wait for their upload's end.</summary>
    public static IEnumerable<string> FindNames(CatalogSnapshot snapshot, Sha256 blob)
    {
        foreach (Document document in snapshot.Scan(Versions, string.Empty, null))
        {
            ObjectVersion version = document.Read(S3Json.Default.ObjectVersion);
            if (version.Content.Blobs.Any(part => part.Digest == blob))
            {
                string id = version.VersionId == ObjectVersion.NullVersionId ? string.Empty : $"?versionId={version.VersionId}";
                yield return $"s3://{document.Key[..document.Key.IndexOf('/', StringComparison.Ordinal)]}/{version.Key}{id}";
            }
        }

        foreach (Document document in snapshot.Scan(Parts, string.Empty, null))
        {
            if (document.Read(S3Json.Default.UploadedPart).Content.Blob.Digest == blob)
            {
                yield return $"part {document.Key} (upload/number) of a multipart upload";
            }
        }
    }

    internal static string Prefix(BucketName bucket) => $"{bucket}/";

    internal static string KeyPrefix(BucketName bucket, ObjectKey key) => $"{bucket}/{key.Sortable}{KeyEnd}";

    /// <summary>Counts down, so that the order of the catalog's keys is newest first.</summary>
    internal static string VersionKey(BucketName bucket, ObjectKey key, long sequence) =>
        KeyPrefix(bucket, key) + (long.MaxValue - sequence).ToString("D19", CultureInfo.InvariantCulture);

    internal static string UploadKey(BucketName bucket, ObjectKey key, string uploadId) => KeyPrefix(bucket, key) + uploadId;

    internal static string PartKey(string uploadId, int partNumber) =>
        string.Create(CultureInfo.InvariantCulture, $"{uploadId}/{partNumber:D5}");

    internal static IEnumerable<ObjectVersion> VersionsOf(CatalogSnapshot snapshot, BucketName bucket, ObjectKey key) =>
        snapshot.Scan(Versions, KeyPrefix(bucket, key), null).Select(static document => document.Read(S3Json.Default.ObjectVersion));

    internal static ObjectVersion? FindLatest(CatalogSnapshot snapshot, BucketName bucket, ObjectKey key) =>
        VersionsOf(snapshot, bucket, key).FirstOrDefault();

    internal static void Put(CatalogTransaction transaction, BucketName bucket, ObjectVersion version) => transaction.Put(
        Versions, VersionKey(bucket, ObjectKey.Parse(version.Key), version.Sequence), version, S3Json.Default.ObjectVersion);

    internal static void Delete(CatalogTransaction transaction, BucketName bucket, ObjectVersion version) =>
        transaction.Delete(Versions, VersionKey(bucket, ObjectKey.Parse(version.Key), version.Sequence));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Bucket))]
[JsonSerializable(typeof(ObjectVersion))]
[JsonSerializable(typeof(MultipartUpload))]
[JsonSerializable(typeof(UploadedPart))]
internal sealed partial class S3Json : JsonSerializerContext;
