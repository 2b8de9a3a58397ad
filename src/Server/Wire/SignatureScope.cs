using System.Buffers;
using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <summary>
/// What a Signature Version 4 says about itself. Sample: <c>AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/lambda/aws4_request,
/// SignedHeaders=…, Signature=…</c>; a presigned URL has the credential in X-Amz-Credential. Version 4A names no region.
/// </summary>
internal sealed record SignatureScope(string AccessKeyId, string? Region, string Service)
{
    /// <summary>Null when the request is not signed; throws when it is and the scope cannot be read.</summary>
    public static SignatureScope? Read(string? authorization, string? presignedCredential)
    {
        if (authorization is null || !authorization.StartsWith("AWS4-", StringComparison.Ordinal))
        {
            return presignedCredential is null ? null : Parse(presignedCredential);
        }

        const string Key = "Credential=";
        int start = authorization.IndexOf(Key, StringComparison.Ordinal);
        if (start < 0)
        {
            throw Incomplete("Authorization header requires 'Credential' parameter.");
        }

        string rest = authorization[(start + Key.Length)..];
        int end = rest.AsSpan().IndexOfAny(',', ' ');
        return Parse(end < 0 ? rest : rest[..end]);
    }

    private static SignatureScope Parse(string credential) => credential.Split('/') switch
    {
        [var key, _, var region, var service, "aws4_request"] when IsWord(key) && IsWord(region) && IsWord(service) => new(key, region, service),
        [var key, _, var service, "aws4_request"] when IsWord(key) && IsWord(service) => new(key, null, service),
        _ => throw Incomplete("Credential must have the form ACCESS-KEY/DATE/REGION/SERVICE/aws4_request."),
    };

    private static bool IsWord(string text) =>
        text.Length is > 0 and <= 128 && !text.AsSpan().ContainsAnyExcept(WordCharacters);

    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+=");

    private static AwsError Incomplete(string message) =>
        new("IncompleteSignatureException", 400, message, AwsErrorBody.LowerMessageOnly);
}
