using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class GetBucketVersioning(S3Rooms rooms) : IS3Operation
{
    public string Name => "GetBucketVersioning";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        BucketVersioning versioning = rooms.Buckets.Get(call.Caller, call.Bucket).Versioning;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "VersioningConfiguration", writer =>
            writer.Text("Status", versioning == BucketVersioning.Unversioned ? null : versioning.ToString())));
    }
}
