namespace Lamina.Stacks.Resources;

/// <summary>The address of an object in S3, whether its bucket stands in the host or in the path.</summary>
internal static class ObjectUrl
{
    /// <summary>Null for what is not one.</summary>
    public static (string Bucket, string Key, string? Version)? Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https" or "s3"))
        {
            return null;
        }

        string path = Uri.UnescapeDataString(address.AbsolutePath).TrimStart('/');
        string? bucket = address.Scheme == "s3" ? address.Host : BucketOf(address.Host);
        string key = path;
        if (bucket is null)
        {
            int slash = path.IndexOf('/', StringComparison.Ordinal);
            if (slash <= 0)
            {
                return null;
            }

            (bucket, key) = (path[..slash], path[(slash + 1)..]);
        }

        return key.Length == 0 ? null : (bucket, key, VersionOf(address.Query));
    }

    /// <summary>Samples: <c>BUCKET.s3.amazonaws.com</c>, <c>BUCKET.s3.eu-west-1.amazonaws.com</c>, <c>BUCKET.s3-eu-west-1.amazonaws.com</c>, <c>BUCKET.s3.localhost</c>.</summary>
    private static string? BucketOf(string host)
    {
        string[] labels = host.Split('.');
        int service = Array.FindLastIndex(labels, static label => label == "s3" || label.StartsWith("s3-", StringComparison.Ordinal));
        return service > 0 ? string.Join('.', labels[..service]) : null;
    }

    private static string? VersionOf(string query) => query.TrimStart('?').Split('&')
        .Where(static pair => pair.StartsWith("versionId=", StringComparison.Ordinal))
        .Select(static pair => Uri.UnescapeDataString(pair["versionId=".Length..])).FirstOrDefault();
}
