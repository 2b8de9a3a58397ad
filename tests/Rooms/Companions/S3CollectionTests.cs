using Lamina.Companions.S3;
using Lamina.Layers;
using Lamina.Rooms.Tests.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Companions;

/// <summary>The collector of storage and the blobs of objects, as the server puts them together.</summary>
public sealed class S3CollectionTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LayersRoom _layers;
    private readonly StorageCollector _collector;
    private readonly Objects _objects;
    private readonly MultipartUploads _uploads;

    public S3CollectionTests()
    {
        _layers = LayersRoom.In(_folder);
        _collector = new StorageCollector(_layers.Storage with { BlobRoots = [new S3BlobRoots()] });
        ObjectIntake intake = new(_layers.Blobs, _layers.Catalog);
        _objects = new Objects(_layers.Blobs, _layers.Catalog, intake, TimeProvider.System);
        _uploads = new MultipartUploads(_layers.Catalog, intake, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        await _layers.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_collection_takes_what_no_object_version_or_waiting_part_has()
    {
        Buckets buckets = new(_layers.Catalog, TimeProvider.System);
        await buckets.CreateAsync(S3Room.Caller, S3Room.Bucket, "us-east-1", CancellationToken.None);
        await PutAsync("replaced", [1]);
        await PutAsync("replaced", [2]);
        await buckets.SetVersioningAsync(S3Room.Caller, S3Room.Bucket, BucketVersioning.Enabled, CancellationToken.None);
        await PutAsync("versions", [3]);
        await PutAsync("versions", [4]);
        string waiting = await UploadPartAsync([5]);
        string aborted = await UploadPartAsync([6]);
        await _uploads.AbortAsync(S3Room.Caller, S3Room.Bucket, S3Room.Key("upload"), aborted, CancellationToken.None);

        Assert.Equal(2, (await _collector.CollectAsync(CancellationToken.None)).Blobs);
        Assert.Equal(S3Documents.FindBlobs(_layers.Catalog.Current).Order(), _layers.Blobs.List().Order());

        await _uploads.AbortAsync(S3Room.Caller, S3Room.Bucket, S3Room.Key("upload"), waiting, CancellationToken.None);
        Assert.Equal(1, (await _collector.CollectAsync(CancellationToken.None)).Blobs);
        Assert.Equal(3, _layers.Blobs.List().Count());
    }

    [Fact]
    public async Task An_object_that_is_being_read_is_read_to_its_end_and_collected_after_that()
    {
        await new Buckets(_layers.Catalog, TimeProvider.System).CreateAsync(S3Room.Caller, S3Room.Bucket, "us-east-1", CancellationToken.None);
        ObjectVersion version = await PutAsync("k", [1, 2, 3]);
        await using (Stream reader = _objects.Open(version))
        {
            Assert.Equal(1, reader.ReadByte());
            await _objects.DeleteAsync(S3Room.Caller, S3Room.Bucket, S3Room.Key("k"), null, ifMatch: null, CancellationToken.None);
            Assert.Equal(0, (await _collector.CollectAsync(CancellationToken.None)).Blobs);
            Assert.Equal([2, 3], (int[])[reader.ReadByte(), reader.ReadByte()]);
        }

        Assert.Equal(1, (await _collector.CollectAsync(CancellationToken.None)).Blobs);
        Assert.Empty(_layers.Blobs.List());
    }

    private Task<ObjectVersion> PutAsync(string key, byte[] content) => _objects.PutAsync(
        S3Room.Caller, S3Room.Bucket, S3Room.Key(key), ObjectDescription.None, S3Room.BodyOf(content), WriteCondition.None, CancellationToken.None);

    private async Task<string> UploadPartAsync(byte[] content)
    {
        MultipartUpload upload = await _uploads.CreateAsync(
            S3Room.Caller, S3Room.Bucket, S3Room.Key("upload"), ObjectDescription.None, algorithm: null, composite: null, CancellationToken.None);
        await _uploads.UploadPartAsync(
            S3Room.Caller, S3Room.Bucket, S3Room.Key("upload"), upload.UploadId, 1, S3Room.BodyOf(content), CancellationToken.None);
        return upload.UploadId;
    }
}
