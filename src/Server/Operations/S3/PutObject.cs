using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class PutObject(S3Rooms rooms) : IS3Operation
{
    public string Name => "PutObject";

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

        ObjectVersion written = await rooms.Objects.PutAsync(
            call.Caller, call.Bucket, call.Key, RequestHeaders.Description(call), body, RequestHeaders.WriteCondition(call), cancellationToken);
        Answer answer = Answer.Empty(200);
        answer.Add("ETag", AnswerHeaders.Quoted(written.Content.ETag));
        answer.AddChecksum(written.Content.Checksum);
        answer.AddVersion(rooms.Buckets.Get(call.Caller, call.Bucket), written.VersionId);
        return answer;
    }
}
