using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Stacks.Evaluation;

namespace Lamina.Stacks.Resources;

/// <summary>Objects that templates name: archives, fragments, templates of nested stacks.</summary>
internal sealed class ObjectSource(Buckets buckets, Objects objects)
{
    /// <summary>To be disposed after use.</summary>
    public ArchiveUpload OpenArchive(Caller caller, string bucket, string key, string? version)
    {
        try
        {
            return ArchiveUpload.FromObject(Open(caller, bucket, key, version));
        }
        catch (AwsError error)
        {
            throw AwsError.InvalidParameterValue($"Error occurred while GetObject. S3 Error Code: {error.Code}. S3 Error Message: {error.Message}");
        }
    }

    /// <summary>
    /// A template by its URL: <c>https://BUCKET.s3.REGION.amazonaws.com/KEY</c>, <c>https://s3.amazonaws.com/BUCKET/KEY</c>, the same at
    /// Lamina's own address, or <c>s3://BUCKET/KEY</c>.
    /// </summary>
    public string ReadTemplate(Caller caller, string url)
    {
        (string bucket, string key, string? version) = ObjectUrl.Parse(url) ?? throw StackErrors.Validation($"S3 error: The URL {url} does not name an object in S3.");
        try
        {
            using Stream content = Open(caller, bucket, key, version);
            if (content.Length > Limits.TemplateBytes)
            {
                throw StackErrors.Validation($"S3 error: The template at {url} is larger than {Limits.TemplateBytes} bytes.");
            }

            using StreamReader reader = new(content);
            return reader.ReadToEnd();
        }
        catch (AwsError error) when (error.Code != "ValidationError")
        {
            throw StackErrors.Validation($"S3 error: {error.Message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html");
        }
    }

    private Stream Open(Caller caller, string bucket, string key, string? version)
    {
        BucketName name = BucketName.Parse(bucket);
        _ = buckets.Get(caller, name);
        return objects.Open(objects.Get(caller, name, ObjectKey.Parse(key), version));
    }
}
