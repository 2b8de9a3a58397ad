using System.Security.Cryptography;
using System.Text;

namespace Lamina.Access.Signatures;

/// <summary>
/// The signatures within a body of STREAMING-AWS4-HMAC-SHA256-PAYLOAD: each chunk's covers the one before it, the first the
/// request's own. Fed in the order of the body by whoever decodes the chunks.
/// </summary>
public sealed class ChunkSignatures
{
    private static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly SigningKey _key;
    private readonly string _scope;
    private string _previous;

    internal ChunkSignatures(SigningKey key, RequestSignature seed)
    {
        _key = key;
        _scope = $"{RequestSignature.Format(seed.Time)}\n{seed.Scope}";
        _previous = seed.Value;
    }

    /// <summary>Throws when the chunk is not the one that was signed, or does not stand in its place.</summary>
    public void VerifyChunk(ReadOnlySpan<byte> chunkSha256, string signature) =>
        Verify($"AWS4-HMAC-SHA256-PAYLOAD\n{_scope}\n{_previous}\n{EmptyHash}\n{Convert.ToHexStringLower(chunkSha256)}", signature);

    /// <param name="trailer">The trailing headers, each <c>name:value</c> and a line feed.</param>
    public void VerifyTrailer(string trailer, string signature) => Verify(
        $"AWS4-HMAC-SHA256-TRAILER\n{_scope}\n{_previous}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(trailer)))}", signature);

    private void Verify(string text, string signature)
    {
        if (!_key.Matches(text, signature))
        {
            throw new SignatureException(SignatureFault.Mismatch, "A chunk of the body is not the one that was signed.");
        }

        _previous = signature;
    }
}
