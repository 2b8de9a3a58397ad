using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class UploadPart(S3Rooms rooms) : IS3Operation
{
    public string Name => "UploadPart";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        ObjectBody body = call.Body();
        if (body.LengthBytes is null)
        {
            throw S3Errors.Of("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
        }

        if (body.LengthBytes > Limits.ObjectUploadBytes)
        {
            throw S3Errors.EntityTooLarge(body.LengthBytes.Value, Limits.ObjectUploadBytes);
        }

        UploadedPart part = await rooms.Uploads.UploadPartAsync(
            call.Caller, call.Bucket, call.Key, call.UploadId(), call.PartNumber(), body, cancellationToken);
        Answer answer = Answer.Empty(200);
        answer.Add("ETag", AnswerHeaders.Quoted(part.Content.Md5));
        answer.AddChecksum(part.Content);
        return answer;
    }
}
