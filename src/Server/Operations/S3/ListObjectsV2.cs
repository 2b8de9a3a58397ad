using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class ListObjectsV2(S3Rooms rooms) : IS3Operation
{
    public string Name => "ListObjectsV2";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        KeyEncoding encoding = KeyEncoding.Of(call);
        string? token = call.Query("continuation-token");
        if (token is "")
        {
            throw S3Errors.InvalidArgument("The continuation token provided is incorrect", "continuation-token", token);
        }

        ListQuery query = ListQueries.Read(call, "start-after", "max-keys");
        int asked = query.MaxKeys;
        ListPage<ObjectVersion> page = rooms.Listing.ListObjects(
            call.Caller, call.Bucket, token is null ? query : query with { After = ContinuationToken.Read(token) });
        string? owner = call.Query("fetch-owner") == "true" ? rooms.Buckets.Get(call.Caller, call.Bucket).Account : null;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "ListBucketResult", writer =>
        {
            writer.Text("Name", call.Bucket.Value);
            writer.Text("Prefix", encoding.Encode(query.Prefix));
            writer.Text("ContinuationToken", token);
            writer.Text("NextContinuationToken", page.Next is null ? null : ContinuationToken.Write(page.Next));
            writer.Text("StartAfter", encoding.Encode(query.After));
            writer.Number("KeyCount", page.Entries.Count);
            writer.Number("MaxKeys", asked);
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

/// <summary>What all listings of a bucket ask for in the query.</summary>
internal static class ListQueries
{
    public static ListQuery Read(S3Call call, string after, string maximum) => new(
        call.Query("prefix") ?? "",
        call.Query("delimiter") is { Length: > 0 } delimiter ? delimiter : null,
        call.Query(after) is { Length: > 0 } place ? place : null,
        Math.Min(call.Number(maximum, 0, int.MaxValue) ?? Limits.ObjectPage, Limits.ObjectPage));
}
