using System.Text;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Companions;

/// <summary>S3 as the server puts it together, over a folder of the test's own.</summary>
public sealed class S3Room : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    public S3Room()
    {
        Blobs = new FileBlobStore(_folder.Below("blobs"));
        Catalog = SqliteCatalog.Open(_folder.Below("catalog.db"));
        ObjectIntake intake = new(Blobs, Catalog);
        Buckets = new Buckets(Catalog, TimeProvider.System);
        Objects = new Objects(Blobs, Catalog, intake, TimeProvider.System);
        Listing = new ObjectListing(Catalog);
        Uploads = new MultipartUploads(Catalog, intake, TimeProvider.System);
    }

    public static BucketName Bucket { get; } = BucketName.Parse("bucket");

    public FileBlobStore Blobs { get; }

    public SqliteCatalog Catalog { get; }

    public Buckets Buckets { get; }

    public Objects Objects { get; }

    public ObjectListing Listing { get; }

    public MultipartUploads Uploads { get; }

    public static Caller CallerOf(string account) =>
        new() { Account = AccountId.Parse(account), Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{account}:root" };

    public static Caller Caller { get; } = CallerOf("000000000000");

    public static ObjectKey Key(string key) => ObjectKey.Parse(key);

    public Task MakeBucketAsync() => Buckets.CreateAsync(Caller, Bucket, "us-east-1", CancellationToken.None);

    public async Task VersionAsync(BucketVersioning versioning)
    {
        await MakeBucketAsync();
        await Buckets.SetVersioningAsync(Caller, Bucket, versioning, CancellationToken.None);
    }

    public Task<ObjectVersion> PutAsync(string key, string text) => PutAsync(key, text, WriteCondition.None);

    public Task<ObjectVersion> PutAsync(string key, string text, WriteCondition condition) => Objects.PutAsync(
        Caller, Bucket, Key(key), ObjectDescription.None, BodyOf(Encoding.UTF8.GetBytes(text)), condition, CancellationToken.None);

    /// <summary>An upload of one part.</summary>
    public async Task<ObjectVersion> PutInPartsAsync(string key, string text)
    {
        MultipartUpload upload = await Uploads.CreateAsync(
            Caller, Bucket, Key(key), ObjectDescription.None, algorithm: null, composite: null, CancellationToken.None);
        UploadedPart part = await Uploads.UploadPartAsync(
            Caller, Bucket, Key(key), upload.UploadId, 1, BodyOf(Encoding.UTF8.GetBytes(text)), CancellationToken.None);
        return await Uploads.CompleteAsync(
            Caller,
            Bucket,
            Key(key),
            upload.UploadId,
            [new CompletedPart(1, part.Content.Md5, null)],
            new ObjectChecksumExpectation(null, null, null),
            WriteCondition.None,
            CancellationToken.None);
    }

    public static ObjectBody BodyOf(byte[] bytes) => ObjectBody.Of(new MemoryStream(bytes), algorithm: null);

    public string Read(string key, string? versionId = null)
    {
        using StreamReader reader = new(Objects.Open(Objects.Get(Caller, Bucket, Key(key), versionId)));
        return reader.ReadToEnd();
    }

    public Task<DeletedObject> DeleteAsync(string key, string? versionId = null) =>
        Objects.DeleteAsync(Caller, Bucket, Key(key), versionId, ifMatch: null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        _folder.Dispose();
    }
}
