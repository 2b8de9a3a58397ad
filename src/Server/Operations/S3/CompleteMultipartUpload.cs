using System.Globalization;
using System.Xml.Linq;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class CompleteMultipartUpload(S3Rooms rooms) : IS3Operation
{
    public string Name => "CompleteMultipartUpload";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        // None when it is completed already, which is no error if the parts are the same.
        MultipartUpload? upload = rooms.Uploads.Find(call.Caller, call.Bucket, call.Key, call.UploadId());
        (ChecksumAlgorithm? algorithm, string? checksum) = S3Body.FindChecksum(call.Headers);

        // The checksum in the headers is the object's, not this document's.
        XElement document = await call.ReadUncheckedXmlAsync(cancellationToken) ?? throw S3Errors.MalformedXml();
        CompletedPart[] parts = [.. document.Children("Part").Select(part => Part(part, upload?.Algorithm))];
        if (parts.Length is 0 or > Limits.UploadParts)
        {
            throw S3Errors.MalformedXml();
        }

        ObjectVersion written = await rooms.Uploads.CompleteAsync(
            call.Caller,
            call.Bucket,
            call.Key,
            call.UploadId(),
            parts,
            new ObjectChecksumExpectation(Size(call.Header("x-amz-mp-object-size")), algorithm, checksum),
            RequestHeaders.WriteCondition(call),
            cancellationToken);
        Answer answer = S3Answers.Xml(200, S3Answers.Namespace, "CompleteMultipartUploadResult", writer =>
        {
            writer.Text("Location", $"http://{call.Authority}/{call.Bucket}/{Uri.EscapeDataString(written.Key)}");
            writer.Text("Bucket", call.Bucket.Value);
            writer.Text("Key", written.Key);
            writer.Text("ETag", AnswerHeaders.Quoted(written.Content.ETag));
            writer.Checksum(written.Content.Checksum);
        });
        answer.AddVersion(rooms.Buckets.Get(call.Caller, call.Bucket), written.VersionId);
        return answer;
    }

    private static CompletedPart Part(XElement part, ChecksumAlgorithm? algorithm) =>
        int.TryParse(part.Text("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && part.Text("ETag") is { } etag
            ? new CompletedPart(number, RequestHeaders.Unquoted(etag), algorithm is null ? null : part.Text($"Checksum{algorithm}"))
            : throw S3Errors.MalformedXml();

    private static long? Size(string? header) => header is null ? null
        : long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size
        : throw S3Errors.InvalidRequest("The value of the header x-amz-mp-object-size is not a number.");
}
