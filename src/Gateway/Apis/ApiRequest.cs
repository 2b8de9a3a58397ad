using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway.Apis;

/// <summary>A request to an API: what the event is made of.</summary>
internal sealed record ApiRequest
{
    public required Api Api { get; init; }

    public required ApiStage Stage { get; init; }

    public required RouteMatch Match { get; init; }

    public required HttpRequest Http { get; init; }

    /// <summary>As sent, not decoded, with the stage.</summary>
    public required string RawPath { get; init; }

    /// <summary>As sent, not decoded, without the stage.</summary>
    public required string Path { get; init; }

    /// <summary>As sent, without the question mark.</summary>
    public required string RawQuery { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public required string RequestId { get; init; }

    public required string TraceId { get; init; }

    public required DateTimeOffset Time { get; init; }

    public string DomainName => Http.Host.Host;

    public string SourceIp => UrlRequest.SourceIpOf(Http.HttpContext);
}
