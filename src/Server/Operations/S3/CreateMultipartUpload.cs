using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class CreateMultipartUpload(S3Rooms rooms) : IS3Operation
{
    public string Name => "CreateMultipartUpload";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        bool? composite = call.Header("x-amz-checksum-type") switch
        {
            null => null,
            "COMPOSITE" => true,
            "FULL_OBJECT" => false,
            _ => throw S3Errors.InvalidRequest("Value for x-amz-checksum-type header is invalid."),
        };
        MultipartUpload upload = await rooms.Uploads.CreateAsync(
            call.Caller,
            call.Bucket,
            call.Key,
            RequestHeaders.Description(call),
            S3Body.ParseAlgorithm(call.Header("x-amz-checksum-algorithm")),
            composite,
            cancellationToken);
        Answer answer = S3Answers.Xml(200, S3Answers.Namespace, "InitiateMultipartUploadResult", writer =>
        {
            writer.Text("Bucket", call.Bucket.Value);
            writer.Text("Key", upload.Key);
            writer.Text("UploadId", upload.UploadId);
        });
        if (upload.AlgorithmAsked)
        {
            answer.Add("x-amz-checksum-algorithm", upload.Algorithm.ToString());
            answer.Add("x-amz-checksum-type", UploadAnswers.TypeOf(upload));
        }

        return answer;
    }
}
