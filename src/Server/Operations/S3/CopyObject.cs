using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class CopyObject(S3Rooms rooms) : IS3Operation
{
    public string Name => "CopyObject";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        CopySource source = RequestHeaders.CopySource(call);
        CopiedObject copied = await rooms.Objects.CopyAsync(
            call.Caller,
            source,
            call.Bucket,
            call.Key,
            Description(call, source),
            S3Body.ParseAlgorithm(call.Header("x-amz-checksum-algorithm")),
            RequestHeaders.WriteCondition(call),
            cancellationToken);
        Answer answer = S3Answers.Xml(200, S3Answers.Namespace, "CopyObjectResult", writer =>
        {
            writer.Text("ETag", AnswerHeaders.Quoted(copied.Written.Content.ETag));
            writer.Date("LastModified", copied.Written.LastModified);
            writer.Checksum(copied.Written.Content.Checksum);
        });
        answer.AddVersion(rooms.Buckets.Get(call.Caller, call.Bucket), copied.Written.VersionId);
        Bucket from = rooms.Buckets.Get(call.Caller, source.Bucket);
        answer.Add("x-amz-copy-source-version-id", from.Versioning == BucketVersioning.Unversioned ? null : copied.SourceVersionId);
        return answer;
    }

    /// <summary>Null: the source's own. A storage class is always the request's.</summary>
    private ObjectDescription? Description(S3Call call, CopySource source)
    {
        ObjectDescription asked = RequestHeaders.Description(call);
        switch (call.Header("x-amz-metadata-directive"))
        {
            case "REPLACE":
                return asked;
            case null or "COPY":
                return call.Header("x-amz-storage-class") is null
                    ? null
                    : rooms.Objects.Get(call.Caller, source.Bucket, source.Key, source.VersionId).Description with { StorageClass = asked.StorageClass };
            case var other:
                throw S3Errors.InvalidArgument("Unknown metadata directive.", "x-amz-metadata-directive", other);
        }
    }
}
