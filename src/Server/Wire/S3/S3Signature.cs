namespace Lamina.Server.Wire.S3;

/// <summary>
/// What a signature of a request to S3 says about itself, in the three forms that clients use: Signature Version 4 in the header or in
/// the query, and Version 2 in either, which old boto3 and AWS CLI still make for presigned URLs.
/// </summary>
internal static class S3Signature
{
    private const string Version2 = "AWS ";

    public static bool IsForS3(string authorization) => authorization.StartsWith(Version2, StringComparison.Ordinal)
        || (authorization.StartsWith("AWS4-", StringComparison.Ordinal)
            && authorization.Contains("/s3/aws4_request", StringComparison.Ordinal));

    /// <summary>Null when nothing is signed.</summary>
    public static SignatureScope? Read(string? authorization, S3Target target)
    {
        if (authorization?.StartsWith(Version2, StringComparison.Ordinal) == true)
        {
            return new SignatureScope(authorization[Version2.Length..].Split(':')[0], null, "s3");
        }

        return SignatureScope.Read(authorization, target.Query("X-Amz-Credential"))
            ?? (target.Query("AWSAccessKeyId") is { } accessKeyId ? new SignatureScope(accessKeyId, null, "s3") : null);
    }
}
