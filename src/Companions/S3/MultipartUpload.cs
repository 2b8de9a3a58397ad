namespace Lamina.Companions.S3;

/// <summary>An object under way in parts.</summary>
public sealed record MultipartUpload
{
    public required string UploadId { get; init; }

    public required string Key { get; init; }

    public required DateTimeOffset Initiated { get; init; }

    public required ObjectDescription Description { get; init; }

    public required ChecksumAlgorithm Algorithm { get; init; }

    /// <summary>The object's checksum is made of the parts' checksums rather than of all bytes.</summary>
    public required bool IsComposite { get; init; }

    /// <summary>The client asked for an algorithm; otherwise it is S3's own choice and answers about parts do not name it.</summary>
    public required bool AlgorithmAsked { get; init; }
}

public sealed record UploadedPart
{
    public required int PartNumber { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public required StoredContent Content { get; init; }
}

/// <summary>A part as the client names it when it completes an upload.</summary>
public sealed record CompletedPart(int PartNumber, string ETag, string? Checksum);
