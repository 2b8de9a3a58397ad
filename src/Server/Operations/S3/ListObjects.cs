using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

/// <summary>The listing that came before ListObjectsV2.</summary>
internal sealed class ListObjects(S3Rooms rooms) : IS3Operation
{
    public string Name => "ListObjects";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        KeyEncoding encoding = KeyEncoding.Of(call);
        ListQuery query = ListQueries.Read(call, "marker", "max-keys");
        ListPage<ObjectVersion> page = rooms.Listing.ListObjects(call.Caller, call.Bucket, query);
        string owner = rooms.Buckets.Get(call.Caller, call.Bucket).Account;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "ListBucketResult", writer =>
        {
            writer.Text("Name", call.Bucket.Value);
            writer.Text("Prefix", encoding.Encode(query.Prefix));
            writer.Text("Marker", encoding.Encode(query.After ?? ""));

            // Without a delimiter the last key is the marker, and S3 leaves it unsaid.
            writer.Text("NextMarker", query.Delimiter is null ? null : encoding.Encode(page.Next));
            writer.Number("MaxKeys", query.MaxKeys);
            writer.Text("Delimiter", encoding.Encode(query.Delimiter));
            writer.Text("EncodingType", encoding.Name);
            writer.Flag("IsTruncated", page.Next is not null);
            foreach (ListEntry<ObjectVersion> entry in page.Entries.Where(static entry => entry.Item is not null))
            {
                writer.Contents(entry.Item!, encoding, owner);
            }

            writer.CommonPrefixes(page, encoding);
        }));
    }
}
