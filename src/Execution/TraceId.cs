using System.Globalization;
using System.Security.Cryptography;

namespace Lamina.Execution;

/// <summary>X-Ray's trace header. Sample: <c>Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0</c>.</summary>
public static class TraceId
{
    private const int MaxLength = 500;

    /// <summary>The caller's own, when it can be passed on; otherwise a new one, not sampled.</summary>
    public static string Of(string? header)
    {
        if (header is { Length: > 0 and <= MaxLength } && header.Contains("Root=", StringComparison.OrdinalIgnoreCase)
            && !header.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return header;
        }

        Span<byte> random = stackalloc byte[20];
        RandomNumberGenerator.Fill(random);
        long seconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Root=1-{seconds:x8}-{Convert.ToHexStringLower(random[..12])};Parent={Convert.ToHexStringLower(random[12..])};Sampled=0");
    }
}
