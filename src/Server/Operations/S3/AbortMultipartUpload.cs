using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class AbortMultipartUpload(S3Rooms rooms) : IS3Operation
{
    public string Name => "AbortMultipartUpload";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        await rooms.Uploads.AbortAsync(call.Caller, call.Bucket, call.Key, call.UploadId(), cancellationToken);
        return Answer.Empty(204);
    }
}
