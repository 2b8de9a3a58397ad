using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>Makes, finds, changes and deletes buckets. A bucket's name is taken for all accounts; only its owner may use it.</summary>
public sealed class Buckets(ICatalog catalog, TimeProvider time)
{
    /// <summary>Making a bucket again that one owns is no error in us-east-1 only, as in S3.</summary>
    public Task<Bucket> CreateAsync(Caller caller, BucketName name, string region, CancellationToken cancellationToken)
    {
        Bucket bucket = new()
        {
            Name = name.Value,
            Account = caller.Account.Value,
            Region = region,
            CreationDate = WholeSeconds(time.GetUtcNow()),
            Versioning = BucketVersioning.Unversioned,
        };
        return catalog.CommitAsync(
            transaction =>
            {
                if (Find(transaction, name) is not { } existing)
                {
                    Put(transaction, bucket);
                    return bucket;
                }

                if (existing.Account != caller.Account.Value)
                {
                    throw S3Errors.BucketAlreadyExists(name.Value);
                }

                return existing.Region == "us-east-1" && region == "us-east-1" ? existing : throw S3Errors.BucketAlreadyOwnedByYou(name.Value);
            },
            cancellationToken);
    }

    /// <summary>Throws <c>NoSuchBucket</c>, or <c>AccessDenied</c> when the bucket is another account's.</summary>
    public Bucket Get(Caller caller, BucketName name) => Require(catalog.Current, caller, name);

    public IEnumerable<Bucket> List(Caller caller, string prefix, string? after) =>
        catalog.Current.Scan(S3Documents.Buckets, prefix, after)
            .Select(static document => document.Read(S3Json.Default.Bucket))
            .Where(bucket => bucket.Account == caller.Account.Value);

    public Task DeleteAsync(Caller caller, BucketName name, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            Bucket bucket = Require(transaction, caller, name);
            if (transaction.Scan(S3Documents.Versions, S3Documents.Prefix(name), null).Any())
            {
                throw S3Errors.BucketNotEmpty(name.Value, versions: bucket.Versioning != BucketVersioning.Unversioned);
            }

            foreach (Document upload in transaction.Scan(S3Documents.Uploads, S3Documents.Prefix(name), null).ToList())
            {
                MultipartUploads.Delete(transaction, upload);
            }

            transaction.Delete(S3Documents.Buckets, name.Value);
            return true;
        },
        cancellationToken);

    public Task SetVersioningAsync(Caller caller, BucketName name, BucketVersioning versioning, CancellationToken cancellationToken) =>
        catalog.CommitAsync(
            transaction =>
            {
                Put(transaction, Require(transaction, caller, name) with { Versioning = versioning });
                return true;
            },
            cancellationToken);

    internal static Bucket Require(CatalogSnapshot snapshot, Caller caller, BucketName name)
    {
        Bucket bucket = Find(snapshot, name) ?? throw S3Errors.NoSuchBucket(name.Value);
        return bucket.Account == caller.Account.Value ? bucket : throw S3Errors.AccessDenied("Access Denied");
    }

    internal static DateTimeOffset WholeSeconds(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds());

    private static Bucket? Find(CatalogSnapshot snapshot, BucketName name) =>
        snapshot.Find(S3Documents.Buckets, name.Value)?.Read(S3Json.Default.Bucket);

    private static void Put(CatalogTransaction transaction, Bucket bucket) =>
        transaction.Put(S3Documents.Buckets, bucket.Name, bucket, S3Json.Default.Bucket);
}
