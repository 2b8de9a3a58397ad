using Lamina.Functions.Urls;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lamina.Gateway;

/// <summary>What lets pages of other origins call a function URL, by the URL's own configuration.</summary>
internal static class UrlCorsHeaders
{
    /// <summary>A browser's question before the request proper. Without a configuration it is the function's to answer.</summary>
    public static bool IsPreflight(HttpRequest request, UrlCors? cors) => cors is not null
        && HttpMethods.IsOptions(request.Method)
        && request.Headers.Origin.Count > 0
        && request.Headers.AccessControlRequestMethod.Count > 0;

    public static void AnswerPreflight(HttpRequest request, HttpResponse response, UrlCors cors)
    {
        response.StatusCode = StatusCodes.Status200OK;
        if (!AllowOrigin(request, response, cors))
        {
            return;
        }

        if (Allowed(cors.AllowMethods, request.Headers.AccessControlRequestMethod.ToString()) is { } methods)
        {
            response.Headers.AccessControlAllowMethods = methods;
        }

        if (Allowed(cors.AllowHeaders, request.Headers.AccessControlRequestHeaders.ToString()) is { } headers)
        {
            response.Headers.AccessControlAllowHeaders = headers;
        }

        if (cors.MaxAgeSeconds is { } seconds)
        {
            response.Headers.AccessControlMaxAge = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>On every other answer; in place of what the function set itself.</summary>
    public static void Add(HttpRequest request, HttpResponse response, UrlCors? cors)
    {
        if (cors is null)
        {
            return;
        }

        foreach (string name in response.Headers.Keys.Where(static name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            response.Headers.Remove(name);
        }

        if (AllowOrigin(request, response, cors) && cors.ExposeHeaders is { Count: > 0 } exposed)
        {
            response.Headers.AccessControlExposeHeaders = string.Join(",", exposed);
        }
    }

    private static bool AllowOrigin(HttpRequest request, HttpResponse response, UrlCors cors)
    {
        string origin = request.Headers.Origin.ToString();
        bool any = cors.AllowOrigins?.Contains("*") == true;
        if (origin.Length == 0 || (!any && cors.AllowOrigins?.Contains(origin, StringComparer.OrdinalIgnoreCase) != true))
        {
            return false;
        }

        // A browser accepts no asterisk for requests with credentials (Fetch, CORS check).
        response.Headers.AccessControlAllowOrigin = any && !cors.AllowCredentials ? "*" : origin;
        response.Headers.Append(HeaderNames.Vary, "Origin");
        if (cors.AllowCredentials)
        {
            response.Headers.AccessControlAllowCredentials = "true";
        }

        return true;
    }

    private static string? Allowed(IReadOnlyList<string>? configured, string asked) =>
        configured is null or { Count: 0 } ? null
        : configured.Contains("*") ? (asked.Length == 0 ? "*" : asked)
        : string.Join(",", configured);
}
