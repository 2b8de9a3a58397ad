using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class HeadBucket(S3Rooms rooms) : IS3Operation
{
    public string Name => "HeadBucket";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        Answer answer = S3Answers.Empty(200);
        answer.Add("x-amz-bucket-region", rooms.Buckets.Get(call.Caller, call.Bucket).Region);
        answer.Add("x-amz-access-point-alias", "false");
        return Task.FromResult(answer);
    }
}
