using System.Net;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Wire;

/// <summary>
/// Keeps web pages out. A page of another origin must not reach the server through the operator's browser: neither directly
/// (Origin, Sec-Fetch-Site), nor by letting its own name resolve to 127.0.0.1 (DNS rebinding: the Host header gives it away).
/// </summary>
/// <param name="anyName">
/// Where signatures are verified a page can do nothing whatever name it came by, and other machines know this one by names of theirs.
/// </param>
internal sealed class HostGuard(string listenHost, bool anyName)
{
    private const string LocalStackDomain = "localhost.localstack.cloud";

    private readonly string _names = listenHost is "localhost" or "127.0.0.1" ? "localhost or 127.0.0.1" : $"localhost, 127.0.0.1 or {listenHost}";

    public void Check(HttpRequest request)
    {
        HostString host = request.Host;
        if (!anyName && !IsOurs(host.Host))
        {
            throw Refusal($"The host '{Shortened(host.Value)}' is not one this server answers to: use {_names}.");
        }

        CheckOrigin(request, host);
        // Browsers send this even where they send no Origin. Following a link is harmless: the page it comes from cannot read the answer.
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site == "cross-site" && !IsNavigation(request))
        {
            throw Refusal("Requests from web pages of other sites are refused (Sec-Fetch-Site: cross-site).");
        }
    }

    private static void CheckOrigin(HttpRequest request, HostString host)
    {
        string? origin = request.Headers[HeaderNames.Origin];
        if (origin is null)
        {
            return;
        }

        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) || !page.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal($"Requests from web pages of the origin '{Shortened(origin)}' are refused.");
        }
    }

    private bool IsOurs(string host)
    {
        string name = host.Trim('[', ']');
        return IPAddress.TryParse(name, out IPAddress? address)
            ? IPAddress.IsLoopback(address) || name == listenHost
            : IsName(name, "localhost") || IsName(name, LocalStackDomain) || name.Equals(listenHost, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsName(string host, string domain) =>
        host.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || (host.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && host[^(domain.Length + 1)] == '.');

    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate";

    private static string Shortened(string? text) => text is null ? "" : text.Length <= 100 ? text : text[..100] + "…";

    private static AwsError Refusal(string message) => new("AccessDeniedException", 403, message, AwsErrorBody.UpperMessageOnly);
}
