using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>Writes, finds, copies and deletes objects.</summary>
public sealed class Objects(IBlobStore blobs, ICatalog catalog, ObjectIntake intake, TimeProvider time)
{
    /// <summary>Raised when an object is written by <see cref="PutAsync"/>, with its bucket and key. Handlers must be quick.</summary>
    public event Action<string, string>? Written;

    public async Task<ObjectVersion> PutAsync(
        Caller caller,
        BucketName bucket,
        ObjectKey key,
        ObjectDescription description,
        ObjectBody body,
        WriteCondition condition,
        CancellationToken cancellationToken)
    {
        // Before the body is read; the transaction looks again.
        Buckets.Require(catalog.Current, caller, bucket);
        condition.Check(S3Documents.FindLatest(catalog.Current, bucket, key), key.Value);
        ObjectVersion written = await intake.StoreAsync(
            body,
            Limits.ObjectUploadBytes,
            (transaction, content) => Write(transaction, caller, bucket, key, description, content.AsObject(), condition, Now(), uploadId: null),
            cancellationToken);
        Written?.Invoke(bucket.Value, key.Value);
        return written;
    }

    /// <summary>A version by its id, or the latest. Throws for what is not there, and for delete markers as S3 does.</summary>
    public ObjectVersion Get(Caller caller, BucketName bucket, ObjectKey key, string? versionId) =>
        Get(catalog.Current, caller, bucket, key, versionId);

    public Stream Open(ObjectVersion version) => Open(version, 0, version.Content.SizeBytes);

    /// <summary>
    /// The bytes from start to before end. Seekable, one reader at a time. Throws <c>NoSuchKey</c> for a version that was deleted and
    /// collected since it was found, and <see cref="BlobNotFoundException"/> for one whose bytes were lost.
    /// </summary>
    public Stream Open(ObjectVersion version, long start, long end)
    {
        ObjectStream content = new(blobs, version.Content, start, end);
        try
        {
            if (content.Hold() is not { } absent)
            {
                return content;
            }

            throw S3Documents.FindBlobs(catalog.Current).Contains(absent) && blobs.FindLength(absent) is null
                ? new BlobNotFoundException(absent)
                : S3Errors.NoSuchKey(version.Key);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Copies within the store. The copy names the source's blob, in the transaction that finds the source; an object of several
    /// parts is read through, because its copy has a plain ETag.
    /// </summary>
    /// <param name="description">Null: the source's.</param>
    public async Task<CopiedObject> CopyAsync(
        Caller caller,
        CopySource source,
        BucketName bucket,
        ObjectKey key,
        ObjectDescription? description,
        ChecksumAlgorithm? algorithm,
        WriteCondition condition,
        CancellationToken cancellationToken)
    {
        Buckets.Require(catalog.Current, caller, bucket);
        (ObjectVersion from, ObjectVersion? shared) = await catalog.CommitAsync(
            transaction =>
            {
                ObjectVersion found = source.Find(transaction, caller);
                CheckCopy(found, isSelf: source.IsLatestOf(bucket, key), changes: description is not null || algorithm is not null);
                return CanShareBlob(found.Content, algorithm)
                    ? (found, Write(transaction, caller, bucket, key, description ?? found.Description, found.Content, condition, Now(), uploadId: null))
                    : (found, (ObjectVersion?)null);
            },
            cancellationToken);
        if (shared is not null)
        {
            return new CopiedObject(from.VersionId, shared);
        }

        // What is read from here on is that version, whatever takes its place meanwhile.
        await using Stream content = Open(from);
        ObjectVersion written = await intake.StoreAsync(
            ObjectBody.Of(content, algorithm ?? from.Content.Checksum?.Algorithm),
            Limits.ObjectUploadBytes,
            (transaction, stored) => Write(
                transaction, caller, bucket, key, description ?? from.Description, stored.AsObject(), condition, Now(), uploadId: null),
            cancellationToken);
        return new CopiedObject(from.VersionId, written);
    }

    public Task<DeletedObject> DeleteAsync(
        Caller caller, BucketName bucket, ObjectKey key, string? versionId, string? ifMatch, CancellationToken cancellationToken) =>
        catalog.CommitAsync(
            transaction =>
            {
                ObjectVersion.CheckVersionId(versionId);
                Bucket owner = Buckets.Require(transaction, caller, bucket);
                if (ifMatch is not null)
                {
                    new WriteCondition(ifMatch, IfAbsent: false).Check(S3Documents.FindLatest(transaction, bucket, key), key.Value);
                }

                return versionId is null ? Hide(transaction, owner, bucket, key) : DeleteVersion(transaction, bucket, key, versionId);
            },
            cancellationToken);

    internal static ObjectVersion Get(CatalogSnapshot snapshot, Caller caller, BucketName bucket, ObjectKey key, string? versionId)
    {
        ObjectVersion.CheckVersionId(versionId);
        Buckets.Require(snapshot, caller, bucket);
        if (versionId is null)
        {
            return S3Documents.FindLatest(snapshot, bucket, key) switch
            {
                null => throw S3Errors.NoSuchKey(key.Value),
                { IsDeleteMarker: true } marker => throw DeleteMarkerErrors.AsLatest(marker),
                var latest => latest,
            };
        }

        ObjectVersion version = S3Documents.VersionsOf(snapshot, bucket, key).FirstOrDefault(version => version.VersionId == versionId)
            ?? throw S3Errors.NoSuchVersion(key.Value, versionId);
        return version.IsDeleteMarker ? throw DeleteMarkerErrors.ByVersion(version) : version;
    }

    /// <summary>Puts a version of a key where its bucket's versioning wants it.</summary>
    /// <param name="uploadId">The multipart upload that makes it, or null.</param>
    internal static ObjectVersion Write(
        CatalogTransaction transaction,
        Caller caller,
        BucketName bucket,
        ObjectKey key,
        ObjectDescription description,
        ObjectContent content,
        WriteCondition condition,
        DateTimeOffset now,
        string? uploadId)
    {
        Bucket owner = Buckets.Require(transaction, caller, bucket);
        ObjectVersion? latest = S3Documents.FindLatest(transaction, bucket, key);
        condition.Check(latest, key.Value);
        return Add(transaction, owner, bucket, latest, new ObjectVersion
        {
            Key = key.Value,
            VersionId = ObjectVersion.NullVersionId,
            Sequence = 0,
            IsDeleteMarker = false,
            LastModified = now,
            Description = description,
            Content = content,
            UploadId = uploadId,
        });
    }

    private static bool CanShareBlob(ObjectContent content, ChecksumAlgorithm? algorithm) =>
        !content.InParts && (algorithm is null || algorithm == content.Checksum?.Algorithm);

    private static void CheckCopy(ObjectVersion source, bool isSelf, bool changes)
    {
        if (source.Content.SizeBytes > Limits.ObjectUploadBytes)
        {
            throw S3Errors.InvalidRequest(
                $"The specified copy source is larger than the maximum allowable size for a copy source: {Limits.ObjectUploadBytes}");
        }

        if (isSelf && !changes)
        {
            throw S3Errors.InvalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }
    }

    private static ObjectVersion Add(
        CatalogTransaction transaction, Bucket owner, BucketName bucket, ObjectVersion? latest, ObjectVersion version)
    {
        ObjectVersion added = version with
        {
            VersionId = owner.Versioning == BucketVersioning.Enabled ? ObjectVersion.NewVersionId() : ObjectVersion.NullVersionId,
            Sequence = (latest?.Sequence ?? 0) + 1,
        };
        if (added.VersionId == ObjectVersion.NullVersionId)
        {
            // There is one version "null" at most: the new one takes the place of the old one.
            foreach (ObjectVersion replaced in S3Documents.VersionsOf(transaction, bucket, ObjectKey.Parse(added.Key))
                .Where(static former => former.VersionId == ObjectVersion.NullVersionId).Take(1).ToList())
            {
                S3Documents.Delete(transaction, bucket, replaced);
            }
        }

        S3Documents.Put(transaction, bucket, added);
        return added;
    }

    private DeletedObject Hide(CatalogTransaction transaction, Bucket owner, BucketName bucket, ObjectKey key)
    {
        ObjectVersion? latest = S3Documents.FindLatest(transaction, bucket, key);
        if (owner.Versioning == BucketVersioning.Unversioned)
        {
            if (latest is not null)
            {
                S3Documents.Delete(transaction, bucket, latest);
            }

            return new DeletedObject(null, IsDeleteMarker: false);
        }

        ObjectVersion marker = Add(transaction, owner, bucket, latest, new ObjectVersion
        {
            Key = key.Value,
            VersionId = ObjectVersion.NullVersionId,
            Sequence = 0,
            IsDeleteMarker = true,
            LastModified = Now(),
            Description = ObjectDescription.None,
            Content = ObjectContent.Empty,
        });
        return new DeletedObject(marker.VersionId, IsDeleteMarker: true);
    }

    private static DeletedObject DeleteVersion(CatalogTransaction transaction, BucketName bucket, ObjectKey key, string versionId)
    {
        ObjectVersion? version = S3Documents.VersionsOf(transaction, bucket, key).FirstOrDefault(version => version.VersionId == versionId);
        if (version is not null)
        {
            S3Documents.Delete(transaction, bucket, version);
        }

        return new DeletedObject(versionId, version?.IsDeleteMarker ?? false);
    }

    private DateTimeOffset Now() => Buckets.WholeSeconds(time.GetUtcNow());
}

/// <param name="VersionId">The version deleted, or of the delete marker made; null where there is no versioning.</param>
/// <param name="IsDeleteMarker">What was made, or deleted by its version id, is a delete marker.</param>
public sealed record DeletedObject(string? VersionId, bool IsDeleteMarker);

public sealed record CopiedObject(string SourceVersionId, ObjectVersion Written);
