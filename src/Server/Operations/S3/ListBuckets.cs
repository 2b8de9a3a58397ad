using System.Text;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class ListBuckets(S3Rooms rooms) : IS3Operation
{
    public string Name => "ListBuckets";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        int count = call.Number("max-buckets", 1, Limits.BucketPage) ?? Limits.BucketPage;
        string prefix = call.Query("prefix") ?? "";
        string? region = call.Query("bucket-region");
        List<Bucket> found = [.. rooms.Buckets.List(call.Caller, prefix, ContinuationToken.Read(call.Query("continuation-token")))
            .Where(bucket => region is null || bucket.Region == region).Take(count + 1)];
        List<Bucket> page = found.Count > count ? found[..count] : found;
        return Task.FromResult(S3Answers.Xml(200, S3Answers.Namespace, "ListAllMyBucketsResult", writer =>
        {
            writer.Owner("Owner", call.Caller.Account.Value);
            writer.Element("Buckets", list =>
            {
                foreach (Bucket bucket in page)
                {
                    list.Element("Bucket", item =>
                    {
                        item.Text("Name", bucket.Name);
                        item.Date("CreationDate", bucket.CreationDate);
                        item.Text("BucketRegion", bucket.Region);
                    });
                }
            });
            writer.Text("Prefix", prefix.Length == 0 ? null : prefix);
            writer.Text("ContinuationToken", found.Count > count ? ContinuationToken.Write(page[^1].Name) : null);
        }));
    }
}

/// <summary>Where a page ended, in a form that clients do not take apart.</summary>
internal static class ContinuationToken
{
    public static string Write(string place) => Convert.ToBase64String(Encoding.UTF8.GetBytes(place));

    public static string? Read(string? token)
    {
        if (token is not { Length: > 0 })
        {
            return null;
        }

        byte[] bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out int count)
            ? Encoding.UTF8.GetString(bytes, 0, count)
            : throw S3Errors.InvalidArgument("The continuation token provided is incorrect", "continuation-token", token);
    }
}
