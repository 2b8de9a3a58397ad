using System.Buffers;
using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>Bytes on their way in, with what the client says they are; what it does not say is null.</summary>
public sealed record ObjectBody
{
    /// <summary>Read once, to its end.</summary>
    public required Stream Content { get; init; }

    public required long? LengthBytes { get; init; }

    public required byte[]? Md5 { get; init; }

    /// <summary>The header x-amz-content-sha256.</summary>
    public required Sha256? Digest { get; init; }

    public required ChecksumAlgorithm? Algorithm { get; init; }

    /// <summary>Base64. Asked only after the content has ended, because it may come in a trailer.</summary>
    public required Func<string?> Checksum { get; init; }

    public static ObjectBody Of(Stream content, ChecksumAlgorithm? algorithm) => new()
    {
        Content = content,
        LengthBytes = null,
        Md5 = null,
        Digest = null,
        Algorithm = algorithm,
        Checksum = static () => null,
    };
}

/// <summary>One durable blob and its hashes.</summary>
/// <param name="Md5">In hex: the ETag.</param>
public sealed record StoredContent(ContentBlob Blob, string Md5, ChecksumAlgorithm Algorithm, string Checksum)
{
    internal ObjectContent AsObject() => new()
    {
        SizeBytes = Blob.SizeBytes,
        ETag = Md5,
        Blobs = [Blob],
        Checksum = new ObjectChecksum(Algorithm, Checksum, IsComposite: false),
        InParts = false,
    };
}

/// <summary>Streams bodies into blobs and names them in the catalog, in that order: the one place of this room that does.</summary>
public sealed class ObjectIntake(IBlobStore blobs, ICatalog catalog)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>
    /// 1. The body streams into a blob, counted and hashed. 2. What the client said of it is compared. 3. The blob becomes durable.
    /// 4. One catalog transaction names it; only now is anything visible. A crash before 4 leaves a blob that nothing names.
    /// </summary>
    internal async Task<T> StoreAsync<T>(
        ObjectBody body, long limitBytes, Func<CatalogTransaction, StoredContent, T> change, CancellationToken cancellationToken)
    {
        await using BlobWriter writer = await blobs.BeginWriteAsync(cancellationToken);
        StoredContent content = await CopyAsync(body, limitBytes, writer.WriteAsync, cancellationToken); // 1, 2
        content = content with { Blob = content.Blob with { Digest = await writer.CommitAsync(cancellationToken) } }; // 3
        return await catalog.CommitAsync(transaction => change(transaction, content), cancellationToken); // 4
    }

    /// <summary>A small body whole, compared with what the client said of it.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(ObjectBody body, int limitBytes, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> bytes = new();
        await CopyAsync(
            body,
            limitBytes,
            (part, _) =>
            {
                bytes.Write(part.Span);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return bytes.WrittenMemory;
    }

    private static async Task<StoredContent> CopyAsync(
        ObjectBody body, long limitBytes, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        ChecksumAlgorithm algorithm = body.Algorithm ?? ChecksumAlgorithm.CRC64NVME;
        // S3 names objects by MD5; nothing here trusts it.
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using IncrementalHash? sha256 = body.Digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using ChecksumHash checksum = ChecksumHash.Create(algorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long length = 0;
        try
        {
            int count;
            while ((count = await body.Content.ReadAtLeastAsync(buffer, BufferBytes, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                length += count;
                if (length > limitBytes)
                {
                    throw S3Errors.EntityTooLarge(length, limitBytes);
                }

                md5.AppendData(buffer, 0, count);
                sha256?.AppendData(buffer, 0, count);
                checksum.Append(buffer.AsSpan(0, count));
                await write(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        StoredContent content = new(
            new ContentBlob(default, length), Convert.ToHexStringLower(md5.GetHashAndReset()), algorithm, Convert.ToBase64String(checksum.Finish()));
        Compare(body, content);
        if (sha256 is not null)
        {
            Compare(body.Digest!.Value, new Sha256(sha256.GetHashAndReset()));
        }

        return content;
    }

    private static void Compare(ObjectBody body, StoredContent content)
    {
        if (body.LengthBytes is { } length && length != content.Blob.SizeBytes)
        {
            throw S3Errors.IncompleteBody();
        }

        if (body.Md5 is not null && Convert.ToHexStringLower(body.Md5) != content.Md5)
        {
            throw S3Errors.BadDigest("The Content-MD5 you specified did not match what we received.");
        }

        if (body.Checksum() is { } promised && promised != content.Checksum)
        {
            throw S3Errors.BadDigest($"The {content.Algorithm} you specified did not match the calculated checksum.");
        }
    }

    private static void Compare(Sha256 promised, Sha256 computed)
    {
        if (promised != computed)
        {
            throw S3Errors.Of(
                "XAmzContentSHA256Mismatch",
                400,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ("ClientComputedContentSHA256", promised.ToString()),
                ("S3ComputedContentSHA256", computed.ToString()));
        }
    }
}
