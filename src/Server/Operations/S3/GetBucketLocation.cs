using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class GetBucketLocation(S3Rooms rooms) : IS3Operation
{
    public string Name => "GetBucketLocation";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        string region = rooms.Buckets.Get(call.Caller, call.Bucket).Region;

        // S3 says nothing for its oldest region.
        return Task.FromResult(S3Answers.Xml(
            200, S3Answers.Namespace, "LocationConstraint", writer => writer.WriteString(region == "us-east-1" ? "" : region)));
    }
}
