using Lamina.Contract;

namespace Lamina.Server.Operations;

/// <summary>Where a request says its archive is. Only archives in the request itself can be had so far.</summary>
internal static class Sources
{
    /// <summary>Empty when the request names no source; the room behind the operation words that.</summary>
    public static ReadOnlyMemory<byte> Archive(byte[]? zipFile, string? s3Bucket, string? s3Key)
    {
        if (s3Bucket is null && s3Key is null)
        {
            return zipFile;
        }

        throw AwsError.InvalidParameterValue(
            zipFile is null
                ? "Lamina does not read archives from S3 yet (S3Bucket, S3Key); send the archive as ZipFile."
                : "Please do not provide other FunctionCode parameters when providing a ZipFile.");
    }
}
