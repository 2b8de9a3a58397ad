using System.Collections.Immutable;
using System.Security.Cryptography;
using Lamina.Contract;

namespace Lamina.Companions.S3;

/// <summary>One version of an object as the catalog keeps it: immutable. Its bytes are blobs, one after another.</summary>
public sealed record ObjectVersion
{
    /// <summary>What S3 calls the version of an object that was written while its bucket had no versioning.</summary>
    public const string NullVersionId = "null";

    // 24 random bytes in base64 of other signs: as long as S3's own ids.
    private const int VersionIdLength = 32;

    public required string Key { get; init; }

    public required string VersionId { get; init; }

    /// <summary>Grows with every version of the key; the greatest is the latest.</summary>
    public required long Sequence { get; init; }

    /// <summary>A version that says the object is deleted; it has no content.</summary>
    public required bool IsDeleteMarker { get; init; }

    /// <summary>Whole seconds, as the header Last-Modified has it.</summary>
    public required DateTimeOffset LastModified { get; init; }

    public required ObjectDescription Description { get; init; }

    public required ObjectContent Content { get; init; }

    /// <summary>The multipart upload that made it; null for any other way.</summary>
    public string? UploadId { get; init; }

    internal static string NewVersionId() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)).Replace('+', '.').Replace('/', '_');

    /// <summary>Throws <c>InvalidArgument</c> for what no version can be named; null names the latest.</summary>
    internal static void CheckVersionId(string? versionId)
    {
        bool possible = versionId is null or NullVersionId
            || (versionId.Length == VersionIdLength && versionId.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_'));
        if (!possible)
        {
            throw S3Errors.InvalidVersionId(versionId!);
        }
    }
}

/// <summary>What a client says about an object, given back as it came.</summary>
public sealed record ObjectDescription
{
    public static ObjectDescription None { get; } = new()
    {
        Headers = ImmutableSortedDictionary<string, string>.Empty,
        UserMetadata = ImmutableSortedDictionary<string, string>.Empty,
        StorageClass = "STANDARD",
    };

    /// <summary>Content-Type and its like, by the header's name.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>x-amz-meta-*, by the name behind that.</summary>
    public required IReadOnlyDictionary<string, string> UserMetadata { get; init; }

    public required string StorageClass { get; init; }
}

public sealed record ObjectContent
{
    public static ObjectContent Empty { get; } = new() { SizeBytes = 0, ETag = "", Blobs = [], Checksum = null, InParts = false };

    public required long SizeBytes { get; init; }

    /// <summary>Without quotes: MD5 in hex; of a multipart upload the MD5 of its parts' MD5s, a dash and their count.</summary>
    public required string ETag { get; init; }

    public required ImmutableArray<ContentBlob> Blobs { get; init; }

    public required ObjectChecksum? Checksum { get; init; }

    /// <summary>Came by a multipart upload; the blobs are its parts.</summary>
    public required bool InParts { get; init; }
}

public sealed record ContentBlob(Sha256 Digest, long SizeBytes);

/// <param name="Value">Base64; of a composite one, a dash and the number of parts behind it.</param>
public sealed record ObjectChecksum(ChecksumAlgorithm Algorithm, string Value, bool IsComposite);
