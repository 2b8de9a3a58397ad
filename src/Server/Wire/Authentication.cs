using System.Security.Cryptography;
using Lamina.Access.Signatures;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Wire;

/// <summary>Finds out who sends a request. With keys configured the signature must show it; without, it is believed.</summary>
/// <param name="verifier">Null when no keys are configured.</param>
internal sealed class Authentication(CallerReader callers, SignatureVerifier? verifier)
{
    private const string TokenName = "X-Amz-Security-Token";

    /// <summary>For paths that ask nobody who he is.</summary>
    public Caller Nobody => callers.Read(null, null);

    /// <param name="pathService">The service that the path belongs to; null when it tells none.</param>
    /// <param name="query">Decoded.</param>
    /// <param name="claimed">What an older form of signature says, which is believed where nothing is verified, and refused elsewhere.</param>
    public Authenticated Authenticate(
        HttpContext context, IReadOnlyList<KeyValuePair<string, string>> query, string? pathService, SignatureScope? claimed = null)
    {
        HttpRequest request = context.Request;
        if (verifier is null)
        {
            return Believed(request, query, pathService, claimed);
        }

        string service = pathService ?? (request.HasFormContentType ? "sts" : "lambda");
        try
        {
            SignedRequest signed = SignedRequestOf(context, query);
            RequestSignature signature = RequestSignature.Read(signed)
                ?? throw new SignatureException(SignatureFault.Missing, "The request is not signed.");
            service = signature.Service is "s3" or "iam" or "sts" ? signature.Service : service;
            VerifiedHead head = verifier.VerifyHead(signed, signature);
            if (pathService is not null && signature.Service != pathService && service == pathService)
            {
                throw new SignatureException(SignatureFault.WrongScope, $"Credential should be scoped to correct service: '{pathService}'. ");
            }

            return Accepted(context, head, signature);
        }
        catch (SignatureException fault)
        {
            throw SignatureErrors.Word(fault, service);
        }
    }

    private Authenticated Believed(
        HttpRequest request, IReadOnlyList<KeyValuePair<string, string>> query, string? pathService, SignatureScope? claimed)
    {
        SignatureScope? scope = claimed ?? SignatureScope.Read(request.Headers[HeaderNames.Authorization], Find(query, "X-Amz-Credential"));
        string? token = request.Headers[TokenName].Count > 0 ? request.Headers[TokenName].ToString() : Find(query, TokenName);
        return new Authenticated(callers.Read(scope, token), scope?.Service ?? pathService, IsVerified: false, null, null);
    }

    private static Authenticated Accepted(HttpContext context, VerifiedHead head, RequestSignature signature)
    {
        if (head.PayloadSha256 is { } digest)
        {
            CheckDigest(context, digest, () => SignatureErrors.Word(
                new SignatureException(SignatureFault.WrongPayload, "The body is not the signed one."), signature.Service));
        }

        Action<ReadOnlyMemory<byte>>? verifyBody = head.VerifyBody is not { } verify ? null : body =>
        {
            try
            {
                verify(body);
            }
            catch (SignatureException fault)
            {
                throw SignatureErrors.Word(fault, signature.Service);
            }
        };
        return new Authenticated(CallerReader.CallerOf(head.Signer, signature.Region), signature.Service, IsVerified: true, verifyBody, head.Chunks);
    }

    /// <summary>Now, when there is no body that anybody would read to its end.</summary>
    private static void CheckDigest(HttpContext context, byte[] digest, Func<AwsError> refusal)
    {
        if (Authenticated.HasBody(context))
        {
            context.Request.Body = new SignedBodyStream(context.Request.Body, digest, refusal);
        }
        else if (!digest.AsSpan().SequenceEqual(SHA256.HashData([])))
        {
            throw refusal();
        }
    }

    private static string? Find(IReadOnlyList<KeyValuePair<string, string>> query, string name) =>
        query.FirstOrDefault(pair => pair.Key == name).Value;

    private static SignedRequest SignedRequestOf(HttpContext context, IReadOnlyList<KeyValuePair<string, string>> query)
    {
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return new SignedRequest
        {
            Method = context.Request.Method,
            RawPath = RequestTarget.RawPathOf(raw),
            Query = query,
            Headers = [.. context.Request.Headers.Select(static header =>
                new KeyValuePair<string, string>(header.Key, string.Join(',', header.Value.Select(static value => value?.Trim()))))],
        };
    }
}

/// <param name="Service">By the signature's scope; null when there is no signature and the path tells none.</param>
/// <param name="VerifyBody">Not null when the signature can be verified only with the body: nothing may be done before.</param>
/// <param name="Chunks">For a body of chunks that carry signatures of their own.</param>
internal sealed record Authenticated(
    Caller Caller, string? Service, bool IsVerified, Action<ReadOnlyMemory<byte>>? VerifyBody, ChunkSignatures? Chunks)
{
    public static bool HasBody(HttpContext context) =>
        context.Request.ContentLength != 0 && context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;

    /// <summary>For paths that read their body themselves, as it comes: its digest must have been said, or there must be none.</summary>
    public void VerifyNoBody(HttpContext context)
    {
        if (VerifyBody is not null && HasBody(context))
        {
            throw SignatureErrors.Word(
                new SignatureException(SignatureFault.Incomplete, "Missing required header for this request: x-amz-content-sha256"), "lambda");
        }

        VerifyBody?.Invoke(ReadOnlyMemory<byte>.Empty);
    }
}
