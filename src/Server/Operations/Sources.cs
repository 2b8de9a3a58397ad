using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Layers;

namespace Lamina.Server.Operations;

/// <summary>Where a request says its archive is: in the request itself, or an object in S3.</summary>
internal sealed class Sources(Buckets buckets, Objects objects)
{
    /// <summary>Empty when the request names no source; the room behind the operation words that. To be disposed after use.</summary>
    public ArchiveUpload Open(Caller caller, byte[]? zipFile, S3Reference reference)
    {
        if (reference.IsAbsent)
        {
            return zipFile;
        }

        if (zipFile is not null)
        {
            throw AwsError.InvalidParameterValue("Please do not provide other FunctionCode parameters when providing a ZipFile.");
        }

        if (reference.StorageMode == "REFERENCE")
        {
            throw AwsError.InvalidParameterValue(
                "Lamina does not serve S3ObjectStorageMode REFERENCE yet: it always copies the object. Leave the member away, or send COPY.");
        }

        return reference is { Bucket: { } bucket, Key: { } key }
            ? ArchiveUpload.FromObject(Open(caller, bucket, key, reference.ObjectVersion))
            : throw AwsError.InvalidParameterValue("Please provide both S3Bucket and S3Key.");
    }

    /// <summary>Every failure of S3 is worded as Lambda does: an invalid parameter that quotes S3's code and text.</summary>
    private Stream Open(Caller caller, string bucket, string key, string? version)
    {
        try
        {
            BucketName name = BucketName.TryParse(bucket, out BucketName parsed) ? parsed : throw S3Errors.NoSuchBucket(bucket);
            string region = buckets.Get(caller, name).Region;
            if (region != caller.Region)
            {
                throw S3Errors.Of(
                    "PermanentRedirect", 301, $"The bucket is in this region: {region}. Please use this region to retry the request");
            }

            return objects.Open(objects.Get(caller, name, ObjectKey.Parse(key), version));
        }
        catch (AwsError error)
        {
            throw AwsError.InvalidParameterValue(
                $"Error occurred while GetObject. S3 Error Code: {error.Code}. S3 Error Message: {error.Message}");
        }
    }
}

/// <summary>An object in S3 as Lambda's requests name it.</summary>
internal sealed record S3Reference(string? Bucket, string? Key, string? ObjectVersion, string? StorageMode)
{
    public bool IsAbsent => Bucket is null && Key is null && ObjectVersion is null;
}
