using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lamina.Contract;

namespace Lamina.Server.Internal;

/// <summary>
/// Links to stored archives, for Code.Location and Content.Location: whoever has the link may download until it expires.
/// The key lives as long as the process, so links end with it.
/// </summary>
internal sealed class ContentLinks(TimeProvider time)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Make(string authority, Sha256 digest)
    {
        long expires = time.GetUtcNow().Add(Limits.ContentLinkLifetime).ToUnixTimeSeconds();
        return string.Create(
            CultureInfo.InvariantCulture, $"http://{authority}/_lamina/content/{digest}?Expires={expires}&Signature={Sign(digest, expires)}");
    }

    /// <summary>Throws when the link was not made by <see cref="Make"/> or is too old.</summary>
    public void Check(Sha256 digest, string? expires, string? signature)
    {
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            || signature is null
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(Sign(digest, until))))
        {
            throw Refusal("The link's signature is not valid.");
        }

        if (time.GetUtcNow().ToUnixTimeSeconds() > until)
        {
            throw Refusal("The link has expired; ask for a new one.");
        }
    }

    private string Sign(Sha256 digest, long expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{digest}:{expires}"))));

    private static AwsError Refusal(string message) => new("AccessDeniedException", 403, message, AwsErrorBody.UpperMessageOnly);
}
