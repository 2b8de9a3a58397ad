using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class DeleteBucket(S3Rooms rooms) : IS3Operation
{
    public string Name => "DeleteBucket";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        await rooms.Buckets.DeleteAsync(call.Caller, call.Bucket, cancellationToken);
        return Answer.Empty(204);
    }
}
