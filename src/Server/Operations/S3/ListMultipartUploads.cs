using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class ListMultipartUploads(S3Rooms rooms) : IS3Operation
{
    public string Name => "ListMultipartUploads";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        KeyEncoding encoding = KeyEncoding.Of(call);
        ListQuery query = ListQueries.Read(call, "key-marker", "max-uploads");
        string? uploadMarker = call.Query("upload-id-marker");
        ListPage<MultipartUpload> page = rooms.Listing.ListUploads(call.Caller, call.Bucket, query, uploadMarker);
        string owner = rooms.Buckets.Get(call.Caller, call.Bucket).Account;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "ListMultipartUploadsResult", writer =>
        {
            writer.Text("Bucket", call.Bucket.Value);
            writer.Text("KeyMarker", encoding.Encode(query.After ?? ""));
            writer.Text("UploadIdMarker", uploadMarker ?? "");
            writer.Text("NextKeyMarker", encoding.Encode(page.Next));
            writer.Text("NextUploadIdMarker", page.NextVersionId);
            writer.Text("Prefix", encoding.Encode(query.Prefix));
            writer.Text("Delimiter", encoding.Encode(query.Delimiter));
            writer.Number("MaxUploads", query.MaxKeys);
            writer.Text("EncodingType", encoding.Name);
            writer.Flag("IsTruncated", page.Next is not null);
            foreach (MultipartUpload upload in page.Entries.Select(static entry => entry.Item).OfType<MultipartUpload>())
            {
                writer.Element("Upload", item =>
                {
                    item.Text("Key", encoding.Encode(upload.Key));
                    item.Text("UploadId", upload.UploadId);
                    item.Owner("Initiator", owner);
                    item.Owner("Owner", owner);
                    item.Text("StorageClass", upload.Description.StorageClass);
                    item.Date("Initiated", upload.Initiated);
                    item.UploadChecksum(upload);
                });
            }

            writer.CommonPrefixes(page, encoding);
        }));
    }
}
