using System.Net;
using Lamina.Functions.Urls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Gateway;

/// <summary>A request to a function URL: what the event is made of.</summary>
internal sealed record UrlRequest
{
    public required FunctionUrl Url { get; init; }

    public required string RequestId { get; init; }

    public required string TraceId { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Null when the URL takes everybody.</summary>
    public required UrlSigner? Signer { get; init; }

    /// <summary>The organisation that the signer's account belongs to; null when it is in none.</summary>
    public required string? OrganizationId { get; init; }

    public required HttpRequest Http { get; init; }

    /// <summary>As sent, not decoded.</summary>
    public required string RawPath { get; init; }

    /// <summary>As sent, without the question mark.</summary>
    public required string RawQuery { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public string DomainName => Http.Host.Host;

    public string SourceIp => SourceIpOf(Http.HttpContext);

    // A function in a sandbox has no address of its own.
    public static string SourceIpOf(HttpContext context) => (context.Connection.RemoteIpAddress ?? IPAddress.Loopback).ToString();

    public static (string Path, string Query) SplitTarget(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
        {
            // RFC 9112 3.2.2: the absolute form, or the asterisk of OPTIONS.
            int authority = target.IndexOf("://", StringComparison.Ordinal);
            int slash = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
            target = slash < 0 ? "/" : target[slash..];
        }

        int mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, "") : (target[..mark], target[(mark + 1)..]);
    }
}
