using System.Security.Cryptography;

namespace Lamina.Access.Signatures;

/// <summary>
/// Verifies Signature Version 4, in headers and in presigned URLs. (1) What the signature covers is what decides: Host and every
/// x-amz header; (2) its time; (3) whose key it is; (4) the signature over the request, with the hash of the body that the client
/// says or that the body has; (5) the body is the one that was hashed. A request sent twice within its time is accepted twice, as by AWS.
/// </summary>
public sealed class SignatureVerifier(KeyRing keys, TimeProvider time)
{
    private const string ContentHashHeader = "x-amz-content-sha256";
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    private const string StreamingPrefix = "STREAMING-";

    /// <summary>The part that needs no body; what it gives verifies the rest. Throws <see cref="SignatureException"/>.</summary>
    public VerifiedHead VerifyHead(SignedRequest request, RequestSignature signature)
    {
        SignatureRules rules = SignatureRules.Of(signature.Service);
        CheckCovered(request, signature);
        CheckTime(signature, rules.Skew);
        Signer signer = keys.Find(signature.AccessKeyId, signature.SessionToken, time.GetUtcNow());
        SigningKey key = new(signer.SecretAccessKey, signature.Scope);
        string? said = SaidPayload(request, signature, rules);
        if (said is not null)
        {
            CheckSignature(request, signature, rules, key, said);
        }

        return said switch
        {
            null => new VerifiedHead(signer, null, null, body => CheckSignature(request, signature, rules, key, HashOf(body))),
            UnsignedPayload => new VerifiedHead(signer, null, null, null),
            _ when said.StartsWith(StreamingPrefix, StringComparison.Ordinal) =>
                new VerifiedHead(signer, null, said.Contains("HMAC", StringComparison.Ordinal) ? new ChunkSignatures(key, signature) : null, null),
            _ => new VerifiedHead(signer, Convert.FromHexString(said), null, null),
        };
    }

    private static string? SaidPayload(SignedRequest request, RequestSignature signature, SignatureRules rules)
    {
        string? said = request.Header(ContentHashHeader);
        if (rules.AllowsUnsignedPayload)
        {
            said ??= signature.Lifetime is null
                ? throw new SignatureException(SignatureFault.Incomplete, $"Missing required header for this request: {ContentHashHeader}")
                : UnsignedPayload;
            if (said == UnsignedPayload || said.StartsWith(StreamingPrefix, StringComparison.Ordinal))
            {
                return said;
            }
        }

        bool isHash = said is null || (said.Length == 64 && !said.AsSpan().ContainsAnyExcept("0123456789abcdef"));
        return isHash ? said : throw new SignatureException(
            SignatureFault.WrongPayload, $"{ContentHashHeader} must be{(rules.AllowsUnsignedPayload ? $" {UnsignedPayload}, {StreamingPrefix}… or" : "")} a valid sha256 value.");
    }

    private static void CheckCovered(SignedRequest request, RequestSignature signature)
    {
        if (!signature.SignedHeaders.Contains("host"))
        {
            throw new SignatureException(SignatureFault.NotCovered, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }

        foreach (string name in signature.SignedHeaders)
        {
            if (request.Header(name) is null)
            {
                throw new SignatureException(SignatureFault.Mismatch, $"The signed header '{name}' is not there.");
            }
        }

        // These headers say what is to be done: whoever could add one on the way would change the request.
        foreach ((string name, _) in request.Headers)
        {
            string lower = name.ToLowerInvariant();
            bool decides = lower.StartsWith("x-amz-", StringComparison.Ordinal) && lower is not "x-amz-user-agent";
            if (decides && !signature.SignedHeaders.Contains(lower))
            {
                throw new SignatureException(SignatureFault.NotCovered, $"'{name}' must be a 'SignedHeader' in the AWS Authorization.");
            }
        }
    }

    private void CheckTime(RequestSignature signature, TimeSpan skew)
    {
        DateTimeOffset now = time.GetUtcNow();
        string At(DateTimeOffset moment) => RequestSignature.Format(moment);
        if (signature.Time > now + skew)
        {
            throw new SignatureException(
                SignatureFault.WrongTime,
                $"Signature not yet current: {At(signature.Time)} is still later than {At(now + skew)} ({At(now)} + {skew.TotalMinutes} min.)");
        }

        if (signature.Lifetime is { } lifetime)
        {
            if (now > signature.Time + lifetime)
            {
                throw new SignatureException(
                    SignatureFault.LinkExpired, $"Signature expired: {At(signature.Time + lifetime)} is now earlier than {At(now)}");
            }
        }
        else if (signature.Time < now - skew)
        {
            throw new SignatureException(
                SignatureFault.WrongTime,
                $"Signature expired: {At(signature.Time)} is now earlier than {At(now - skew)} ({At(now)} - {skew.TotalMinutes} min.)");
        }
    }

    private static void CheckSignature(
        SignedRequest request, RequestSignature signature, SignatureRules rules, SigningKey key, string payloadHash)
    {
        string canonical = CanonicalRequest.Of(request, signature, payloadHash, rules.EncodesPathTwice);
        if (!key.Matches(CanonicalRequest.StringToSign(canonical, signature), signature.Value))
        {
            throw new SignatureException(SignatureFault.Mismatch, "The signature is not that of the request.");
        }
    }

    private static string HashOf(ReadOnlyMemory<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body.Span));
}

/// <summary>A request whose signature holds as far as its head goes.</summary>
/// <param name="PayloadSha256">The body must have this digest; null when it need not.</param>
/// <param name="Chunks">Verifies the chunks of a streamed body; null when they carry no signatures.</param>
/// <param name="VerifyBody">Not null when nothing was said of the body: then the signature can be checked only with it.</param>
public sealed record VerifiedHead(Signer Signer, byte[]? PayloadSha256, ChunkSignatures? Chunks, Action<ReadOnlyMemory<byte>>? VerifyBody);
