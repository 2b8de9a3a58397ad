using System.Globalization;
using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class UploadPartCopy(S3Rooms rooms) : IS3Operation
{
    public string Name => "UploadPartCopy";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        CopySource source = RequestHeaders.CopySource(call);
        ObjectVersion version = rooms.Objects.Get(call.Caller, source.Bucket, source.Key, source.VersionId);
        if (source.Condition.Check(version) != ReadOutcome.Send)
        {
            throw S3Errors.PreconditionFailed("x-amz-copy-source-If-*");
        }

        (long start, long end) = Range(call.Header("x-amz-copy-source-range"), version.Content.SizeBytes);
        await using Stream content = rooms.Objects.Open(version, start, end);
        UploadedPart part = await rooms.Uploads.UploadPartAsync(
            call.Caller, call.Bucket, call.Key, call.UploadId(), call.PartNumber(), ObjectBody.Of(content, algorithm: null), cancellationToken);
        Answer answer = S3Answers.Xml(200, S3Answers.Namespace, "CopyPartResult", writer =>
        {
            writer.Text("ETag", AnswerHeaders.Quoted(part.Content.Md5));
            writer.Date("LastModified", part.LastModified);
            writer.Text($"Checksum{part.Content.Algorithm}", part.Content.Checksum);
        });
        Bucket from = rooms.Buckets.Get(call.Caller, source.Bucket);
        answer.Add("x-amz-copy-source-version-id", from.Versioning == BucketVersioning.Unversioned ? null : version.VersionId);
        return answer;
    }

    /// <summary>Sample: <c>bytes=0-5242879</c>, both ends given and inside the source.</summary>
    private static (long Start, long End) Range(string? header, long size)
    {
        if (header is null)
        {
            return (0, size);
        }

        string[] ends = header.StartsWith("bytes=", StringComparison.Ordinal) ? header["bytes=".Length..].Split('-') : [];
        if (ends is not [var first, var last]
            || !long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            || !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long end)
            || start > end)
        {
            throw S3Errors.InvalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets "
                + "of the first and last bytes to copy",
                "x-amz-copy-source-range",
                header);
        }

        return end < size
            ? (start, end + 1)
            : throw S3Errors.InvalidArgument(
                string.Create(CultureInfo.InvariantCulture, $"Range specified is not valid for source object of size: {size}"),
                "x-amz-copy-source-range",
                header);
    }
}
