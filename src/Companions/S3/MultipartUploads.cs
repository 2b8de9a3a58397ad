using System.Globalization;
using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>Objects that come in parts. A completed object names its parts' blobs: nothing is copied together.</summary>
public sealed class MultipartUploads(ICatalog catalog, ObjectIntake intake, TimeProvider time)
{
    public Task<MultipartUpload> CreateAsync(
        Caller caller,
        BucketName bucket,
        ObjectKey key,
        ObjectDescription description,
        ChecksumAlgorithm? algorithm,
        bool? composite,
        CancellationToken cancellationToken)
    {
        ChecksumAlgorithm chosen = algorithm ?? ChecksumAlgorithm.CRC64NVME;
        MultipartUpload upload = new()
        {
            UploadId = NewUploadId(),
            Key = key.Value,
            Initiated = Buckets.WholeSeconds(time.GetUtcNow()),
            Description = description,
            Algorithm = chosen,
            // S3's own choice where the client makes none: the SHAs cannot be had but from the parts.
            IsComposite = composite ?? chosen != ChecksumAlgorithm.CRC64NVME,
            AlgorithmAsked = algorithm is not null,
        };
        CheckChecksumType(upload);
        return catalog.CommitAsync(
            transaction =>
            {
                Buckets.Require(transaction, caller, bucket);
                transaction.Put(S3Documents.Uploads, S3Documents.UploadKey(bucket, key, upload.UploadId), upload, S3Json.Default.MultipartUpload);
                return upload;
            },
            cancellationToken);
    }

    /// <summary>Null when there is none, or none any more.</summary>
    public MultipartUpload? Find(Caller caller, BucketName bucket, ObjectKey key, string uploadId) =>
        Find(catalog.Current, caller, bucket, key, uploadId);

    /// <summary>Throws <c>NoSuchUpload</c>.</summary>
    public MultipartUpload Get(Caller caller, BucketName bucket, ObjectKey key, string uploadId) =>
        Require(catalog.Current, caller, bucket, key, uploadId);

    /// <summary>A part uploaded again replaces the former one.</summary>
    public Task<UploadedPart> UploadPartAsync(
        Caller caller, BucketName bucket, ObjectKey key, string uploadId, int partNumber, ObjectBody body, CancellationToken cancellationToken)
    {
        MultipartUpload upload = Require(catalog.Current, caller, bucket, key, uploadId);
        if (body.Algorithm is { } sent && sent != upload.Algorithm && upload.AlgorithmAsked)
        {
            throw S3Errors.InvalidRequest(
                $"Checksum Type mismatch occurred, expected checksum Type: {Name(upload.Algorithm)}, actual checksum Type: {Name(sent)}");
        }

        return intake.StoreAsync(
            body with { Algorithm = body.Algorithm ?? upload.Algorithm },
            Limits.ObjectUploadBytes,
            (transaction, content) =>
            {
                Require(transaction, caller, bucket, key, uploadId);
                UploadedPart part = new()
                {
                    PartNumber = partNumber,
                    LastModified = Buckets.WholeSeconds(time.GetUtcNow()),
                    Content = content,
                };
                transaction.Put(S3Documents.Parts, S3Documents.PartKey(uploadId, partNumber), part, S3Json.Default.UploadedPart);
                return part;
            },
            cancellationToken);
    }

    public IEnumerable<UploadedPart> ListParts(Caller caller, BucketName bucket, ObjectKey key, string uploadId, int afterPartNumber)
    {
        CatalogSnapshot snapshot = catalog.Current;
        Require(snapshot, caller, bucket, key, uploadId);
        return PartsOf(snapshot, uploadId).Where(part => part.PartNumber > afterPartNumber);
    }

    /// <summary>
    /// Makes the object, or gives the one that this upload made before of the same parts: a client that never saw the answer asks again.
    /// </summary>
    public Task<ObjectVersion> CompleteAsync(
        Caller caller,
        BucketName bucket,
        ObjectKey key,
        string uploadId,
        IReadOnlyList<CompletedPart> parts,
        ObjectChecksumExpectation expected,
        WriteCondition condition,
        CancellationToken cancellationToken) =>
        catalog.CommitAsync(
            transaction =>
            {
                if (Find(transaction, caller, bucket, key, uploadId) is not { } upload)
                {
                    ObjectVersion made = FindCompleted(transaction, bucket, key, uploadId, parts) ?? throw S3Errors.NoSuchUpload(uploadId);
                    expected.Check(made.Content);
                    return made;
                }

                ObjectContent content = PartAssembly.Assemble(upload, PartsOf(transaction, uploadId), parts);
                expected.Check(content);
                Delete(transaction, transaction.Find(S3Documents.Uploads, S3Documents.UploadKey(bucket, key, uploadId))!);
                return Objects.Write(
                    transaction, caller, bucket, key, upload.Description, content, condition, Buckets.WholeSeconds(time.GetUtcNow()), uploadId);
            },
            cancellationToken);

    public Task AbortAsync(Caller caller, BucketName bucket, ObjectKey key, string uploadId, CancellationToken cancellationToken) =>
        catalog.CommitAsync(
            transaction =>
            {
                Require(transaction, caller, bucket, key, uploadId);
                Delete(transaction, transaction.Find(S3Documents.Uploads, S3Documents.UploadKey(bucket, key, uploadId))!);
                return true;
            },
            cancellationToken);

    /// <summary>Deletes an upload with its parts.</summary>
    internal static void Delete(CatalogTransaction transaction, Document upload)
    {
        string uploadId = upload.Read(S3Json.Default.MultipartUpload).UploadId;
        foreach (UploadedPart part in PartsOf(transaction, uploadId).ToList())
        {
            transaction.Delete(S3Documents.Parts, S3Documents.PartKey(uploadId, part.PartNumber));
        }

        transaction.Delete(S3Documents.Uploads, upload.Key);
    }

    private static MultipartUpload Require(CatalogSnapshot snapshot, Caller caller, BucketName bucket, ObjectKey key, string uploadId) =>
        Find(snapshot, caller, bucket, key, uploadId) ?? throw S3Errors.NoSuchUpload(uploadId);

    private static MultipartUpload? Find(CatalogSnapshot snapshot, Caller caller, BucketName bucket, ObjectKey key, string uploadId)
    {
        Buckets.Require(snapshot, caller, bucket);
        return snapshot.Find(S3Documents.Uploads, S3Documents.UploadKey(bucket, key, uploadId))?.Read(S3Json.Default.MultipartUpload);
    }

    private static ObjectVersion? FindCompleted(
        CatalogSnapshot snapshot, BucketName bucket, ObjectKey key, string uploadId, IReadOnlyList<CompletedPart> parts) =>
        S3Documents.VersionsOf(snapshot, bucket, key).FirstOrDefault(version => version.UploadId == uploadId
            && parts.All(static part => PartAssembly.IsMd5(part.ETag))
            && version.Content.ETag == PartAssembly.ETag([.. parts.Select(static part => part.ETag)]));

    private static IEnumerable<UploadedPart> PartsOf(CatalogSnapshot snapshot, string uploadId) =>
        snapshot.Scan(S3Documents.Parts, uploadId + "/", null).Select(static document => document.Read(S3Json.Default.UploadedPart));

    private static void CheckChecksumType(MultipartUpload upload)
    {
        bool possible = upload.Algorithm switch
        {
            ChecksumAlgorithm.CRC64NVME => !upload.IsComposite,
            ChecksumAlgorithm.SHA1 or ChecksumAlgorithm.SHA256 => upload.IsComposite,
            _ => true,
        };
        if (!possible)
        {
            throw S3Errors.InvalidRequest(
                $"The {(upload.IsComposite ? "COMPOSITE" : "FULL_OBJECT")} checksum type cannot be used with the {Name(upload.Algorithm)} checksum algorithm.");
        }
    }

    private static string Name(ChecksumAlgorithm algorithm) => algorithm.ToString().ToLower(CultureInfo.InvariantCulture);

    private static string NewUploadId() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)).Replace('+', '.').Replace('/', '_');
}

/// <summary>What the client says of the completed object; null is not said.</summary>
public sealed record ObjectChecksumExpectation(long? SizeBytes, ChecksumAlgorithm? Algorithm, string? Checksum)
{
    internal void Check(ObjectContent content)
    {
        if (SizeBytes is { } size && size != content.SizeBytes)
        {
            throw S3Errors.InvalidRequest(
                $"The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {content.SizeBytes}");
        }

        if (Checksum is not null && (content.Checksum?.Algorithm != Algorithm || Checksum != content.Checksum?.Value))
        {
            throw S3Errors.BadDigest($"The {Algorithm} you specified did not match the calculated checksum.");
        }
    }
}
