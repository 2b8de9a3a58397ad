using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class ListObjectVersions(S3Rooms rooms) : IS3Operation
{
    public string Name => "ListObjectVersions";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        KeyEncoding encoding = KeyEncoding.Of(call);
        ListQuery query = ListQueries.Read(call, "key-marker", "max-keys");
        string? versionMarker = call.Query("version-id-marker") is { Length: > 0 } marker ? marker : null;
        if (versionMarker is not null && query.After is null)
        {
            throw S3Errors.InvalidArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker", versionMarker);
        }

        ListPage<ListedVersion> page = rooms.Listing.ListVersions(call.Caller, call.Bucket, query, versionMarker);
        string owner = rooms.Buckets.Get(call.Caller, call.Bucket).Account;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "ListVersionsResult", writer =>
        {
            writer.Text("Name", call.Bucket.Value);
            writer.Text("Prefix", encoding.Encode(query.Prefix));
            writer.Text("KeyMarker", encoding.Encode(query.After ?? ""));
            writer.Text("VersionIdMarker", versionMarker ?? "");
            writer.Text("NextKeyMarker", encoding.Encode(page.Next));
            writer.Text("NextVersionIdMarker", page.NextVersionId);
            writer.Number("MaxKeys", query.MaxKeys);
            writer.Text("Delimiter", encoding.Encode(query.Delimiter));
            writer.Text("EncodingType", encoding.Name);
            writer.Flag("IsTruncated", page.Next is not null);
            foreach (ListEntry<ListedVersion> entry in page.Entries.Where(static entry => entry.Item is not null))
            {
                writer.Version(entry.Item!, encoding, owner);
            }

            writer.CommonPrefixes(page, encoding);
        }));
    }
}
