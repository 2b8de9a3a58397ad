using System.Globalization;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class ListParts(S3Rooms rooms) : IS3Operation
{
    public string Name => "ListParts";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        MultipartUpload upload = rooms.Uploads.Get(call.Caller, call.Bucket, call.Key, call.UploadId());
        int marker = call.Number("part-number-marker", 0, int.MaxValue) ?? 0;
        int count = Math.Min(call.Number("max-parts", 0, int.MaxValue) ?? Limits.ObjectPage, Limits.ObjectPage);
        List<UploadedPart> found = [.. rooms.Uploads.ListParts(call.Caller, call.Bucket, call.Key, upload.UploadId, marker).Take(count + 1)];
        List<UploadedPart> page = found.Count > count ? found[..count] : found;
        string owner = rooms.Buckets.Get(call.Caller, call.Bucket).Account;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "ListPartsResult", writer =>
        {
            writer.Text("Bucket", call.Bucket.Value);
            writer.Text("Key", upload.Key);
            writer.Text("UploadId", upload.UploadId);
            writer.Number("PartNumberMarker", marker);
            writer.Number("NextPartNumberMarker", page is [.., var last] ? last.PartNumber : 0);
            writer.Number("MaxParts", count);
            writer.Flag("IsTruncated", found.Count > count);
            foreach (UploadedPart part in page)
            {
                writer.Element("Part", item =>
                {
                    item.Text("PartNumber", part.PartNumber.ToString(CultureInfo.InvariantCulture));
                    item.Date("LastModified", part.LastModified);
                    item.Text("ETag", AnswerHeaders.Quoted(part.Content.Md5));
                    item.Number("Size", part.Content.Blob.SizeBytes);
                    item.Text($"Checksum{part.Content.Algorithm}", part.Content.Checksum);
                });
            }

            writer.Owner("Initiator", owner);
            writer.Owner("Owner", owner);
            writer.Text("StorageClass", upload.Description.StorageClass);
            writer.UploadChecksum(upload);
        }));
    }
}
