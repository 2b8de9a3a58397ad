namespace Lamina.Access.Signatures;

/// <summary>In what the services differ when they verify a signature.</summary>
/// <param name="EncodesPathTwice">All but S3 sign the path encoded once more than it is sent.</param>
/// <param name="AllowsUnsignedPayload">S3 takes UNSIGNED-PAYLOAD and bodies whose chunks carry signatures of their own.</param>
/// <param name="Skew">How far the signature's time may be from the server's (the numbers in AWS's own error texts).</param>
internal sealed record SignatureRules(bool EncodesPathTwice, bool AllowsUnsignedPayload, TimeSpan Skew)
{
    private static readonly SignatureRules S3 = new(EncodesPathTwice: false, AllowsUnsignedPayload: true, TimeSpan.FromMinutes(15));
    private static readonly SignatureRules Query = new(EncodesPathTwice: true, AllowsUnsignedPayload: false, TimeSpan.FromMinutes(15));
    private static readonly SignatureRules Others = new(EncodesPathTwice: true, AllowsUnsignedPayload: false, TimeSpan.FromMinutes(5));

    public static SignatureRules Of(string service) => service switch
    {
        "s3" => S3,
        "iam" or "sts" => Query,
        _ => Others,
    };
}
