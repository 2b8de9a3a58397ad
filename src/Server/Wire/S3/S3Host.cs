namespace Lamina.Server.Wire.S3;

/// <summary>
/// What the host says about a request to S3. Samples: <c>s3.localhost</c>, <c>s3.eu-west-1.localhost</c> (the bucket is in the path);
/// <c>BUCKET.s3.localhost</c>, <c>BUCKET.s3.eu-west-1.localhost.localstack.cloud</c>, <c>BUCKET.localhost</c>.
/// </summary>
/// <param name="Bucket">Null when the bucket is in the path.</param>
/// <param name="NamesS3">The host can mean nothing but S3.</param>
internal readonly record struct S3Host(string? Bucket, bool NamesS3)
{
    private static readonly string[] Domains = [".localhost.localstack.cloud", ".localhost"];

    public static S3Host Parse(string host)
    {
        string name = host.ToLowerInvariant();
        string? domain = Domains.FirstOrDefault(domain => name.EndsWith(domain, StringComparison.Ordinal));
        if (domain is null || name == "localhost.localstack.cloud")
        {
            return default;
        }

        string rest = name[..^domain.Length];
        string[] labels = rest.Split('.');
        int service = Array.LastIndexOf(labels, "s3");
        return service >= labels.Length - 2 && service >= 0
            ? new S3Host(service == 0 ? null : string.Join('.', labels[..service]), NamesS3: true)
            : new S3Host(rest, NamesS3: false);
    }
}
