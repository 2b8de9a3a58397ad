using System.Security.Cryptography;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Rooms.Tests.Functions;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Companions;

public sealed class ObjectsTests : IAsyncLifetime
{
    private readonly S3Room _room = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _room.DisposeAsync();

    [Fact]
    public async Task Without_versioning_a_write_replaces_the_object_and_its_blob_is_no_root_any_more()
    {
        await _room.MakeBucketAsync();
        ObjectVersion first = await _room.PutAsync("k", "one");
        ObjectVersion second = await _room.PutAsync("k", "two");
        Assert.Equal("two", _room.Read("k"));
        Assert.Equal(second.Content.Blobs.Single().Digest, S3Documents.FindBlobs(_room.Catalog.Current).Single());
        Assert.NotEqual(first.Content.ETag, second.Content.ETag);
    }

    [Fact]
    public async Task With_versioning_every_version_is_read_by_its_id_and_a_deletion_only_hides_them()
    {
        await _room.VersionAsync(BucketVersioning.Enabled);
        string one = (await _room.PutAsync("k", "one")).VersionId;
        string two = (await _room.PutAsync("k", "two")).VersionId;
        DeletedObject marker = await _room.DeleteAsync("k");
        Assert.Equal(("one", "two"), (_room.Read("k", one), _room.Read("k", two)));
        AwsError hidden = Assert.Throws<AwsError>(() => _room.Read("k"));
        Assert.Equal(("NoSuchKey", ("x-amz-delete-marker", "true")), (hidden.Code, hidden.Headers[0]));
        Assert.Equal("MethodNotAllowed", Assert.Throws<AwsError>(() => _room.Read("k", marker.VersionId)).Code);
        await _room.DeleteAsync("k", marker.VersionId);
        Assert.Equal("two", _room.Read("k"));
        await _room.DeleteAsync("k", two);
        Assert.Equal("one", _room.Read("k"));
    }

    [Fact]
    public async Task Suspended_versioning_replaces_the_version_null_and_leaves_the_others()
    {
        await _room.MakeBucketAsync();
        Assert.Equal("null", (await _room.PutAsync("k", "before")).VersionId);
        await _room.VersionAsync(BucketVersioning.Enabled);
        string kept = (await _room.PutAsync("k", "kept")).VersionId;
        await _room.VersionAsync(BucketVersioning.Suspended);
        Assert.Equal("null", (await _room.PutAsync("k", "after")).VersionId);
        ListPage<ListedVersion> all = _room.Listing.ListVersions(S3Room.Caller, S3Room.Bucket, new ListQuery("", null, null, 10), null);
        Assert.Equal(["null", kept], all.Entries.Select(static entry => entry.Item!.Version.VersionId));
        Assert.Equal(("after", "kept"), (_room.Read("k"), _room.Read("k", kept)));
    }

    [Fact]
    public async Task Of_many_writers_that_want_a_key_to_be_new_one_succeeds()
    {
        await _room.MakeBucketAsync();
        Task<ObjectVersion>[] writers =
            [.. Enumerable.Range(0, 8).Select(n => _room.PutAsync("k", $"{n}", new WriteCondition(null, IfAbsent: true)))];
        await Task.WhenAll(writers.Select(static writer => Task.WhenAny(writer)));
        Assert.Equal(1, writers.Count(static writer => writer.IsCompletedSuccessfully));
        Assert.All(
            writers.Where(static writer => writer.IsFaulted),
            static writer => Assert.Equal("PreconditionFailed", Assert.IsType<AwsError>(writer.Exception!.InnerException).Code));
    }

    [Fact]
    public async Task A_body_that_is_not_what_the_client_said_leaves_no_object()
    {
        await _room.MakeBucketAsync();
        ObjectBody body = S3Room.BodyOf([1, 2, 3]) with { Algorithm = ChecksumAlgorithm.CRC32, Checksum = static () => "AAAAAA==" };
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.Objects.PutAsync(
            S3Room.Caller, S3Room.Bucket, S3Room.Key("k"), ObjectDescription.None, body, WriteCondition.None, CancellationToken.None));
        Assert.Equal("BadDigest", refused.Code);
        Assert.Equal("NoSuchKey", Assert.Throws<AwsError>(() => _room.Read("k")).Code);
        Assert.Empty(_room.Blobs.List());
    }

    [Fact]
    public async Task An_object_whose_blob_is_lost_is_no_object_that_is_missing()
    {
        await _room.MakeBucketAsync();
        ObjectVersion version = await _room.PutAsync("k", "one");
        _room.Blobs.Delete(version.Content.Blobs.Single().Digest);
        Assert.Throws<BlobNotFoundException>(() => _room.Read("k"));
        Assert.Empty(_room.Blobs.Leases.ListHeld());
        await _room.DeleteAsync("k");
        Assert.Equal("NoSuchKey", Assert.Throws<AwsError>(() => _room.Objects.Open(version)).Code);
        Assert.Empty(_room.Blobs.Leases.ListHeld());
    }

    [Fact]
    public async Task A_copy_of_a_source_that_becomes_one_of_parts_meanwhile_has_a_plain_ETag()
    {
        await _room.MakeBucketAsync();
        await _room.PutAsync("from", "plain");
        GatedCatalog gated = new(_room.Catalog);
        Objects copying = new(_room.Blobs, gated, new ObjectIntake(_room.Blobs, gated), TimeProvider.System);
        Task held = gated.HoldAfter(0);
        Task<CopiedObject> copy = copying.CopyAsync(
            S3Room.Caller,
            new CopySource(S3Room.Bucket, S3Room.Key("from"), null, new ReadCondition([], [], null, null)),
            S3Room.Bucket,
            S3Room.Key("to"),
            description: null,
            algorithm: null,
            WriteCondition.None,
            CancellationToken.None);
        await held;
        await _room.PutInPartsAsync("from", "parts");
        gated.Open();
        ObjectVersion written = (await copy).Written;
        Assert.Equal(("parts", false), (_room.Read("to"), written.Content.InParts));
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData("parts"u8)), written.Content.ETag);
    }

    [Fact]
    public async Task A_bucket_is_its_owner_s_alone_and_its_name_is_taken_for_all()
    {
        await _room.MakeBucketAsync();
        Caller other = S3Room.CallerOf("111122223333");
        Assert.Equal("AccessDenied", Assert.Throws<AwsError>(() => _room.Buckets.Get(other, S3Room.Bucket)).Code);
        AwsError taken = await Assert.ThrowsAsync<AwsError>(
            () => _room.Buckets.CreateAsync(other, S3Room.Bucket, "us-east-1", CancellationToken.None));
        Assert.Equal("BucketAlreadyExists", taken.Code);
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("a.b-c", true)]
    [InlineData("ab", false)]
    [InlineData("Abc", false)]
    [InlineData("a..b", false)]
    [InlineData("192.168.5.4", false)]
    [InlineData("xn--bucket", false)]
    [InlineData("bucket-s3alias", false)]
    [InlineData("-abc", false)]
    [InlineData("a_c", false)]
    public void A_bucket_s_name_follows_S3_s_rules(string name, bool valid) => Assert.Equal(valid, BucketName.TryParse(name, out _));
}
